#include "language/question.hpp"

namespace daybook::language {
namespace {

std::optional<std::chrono::minutes> clock_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return {};
  const auto two = [&](int at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  return std::chrono::minutes{two(0) * 60 + two(3)};
}

}  // namespace

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

Settings settings_of(const json::object& question) {
  Settings settings;
  if (const auto* value = question.if_contains("settings"); value && value->is_object()) {
    const auto& in = value->get_object();
    const auto weekday = text_of(in, "weekday");
    if (weekday == "today") settings.weekday = WeekdayChoice::today;
    if (weekday == "nearest") settings.weekday = WeekdayChoice::nearest;
    if (weekday == "past") settings.weekday = WeekdayChoice::past;
    const auto order = text_of(in, "dateOrder");
    if (order == "dmy") settings.date_order = DateOrder::dmy;
    if (order == "ymd") settings.date_order = DateOrder::ymd;
    static constexpr std::string_view kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int d = 0; d < 7; ++d) {
      if (text_of(in, "weekStart") == kDays[d]) settings.week_start = static_cast<std::uint8_t>(d + 1);
    }
    const auto eod = text_of(in, "eod");
    if (eod == "dayEnd") settings.end_of_day.reset();
    if (const auto clock = clock_of(eod)) settings.end_of_day = clock;
    if (text_of(in, "weekend") == "both") settings.weekend = Weekend::both;
    const auto next = text_of(in, "nextMonth");
    if (next == "sameDay") settings.next_month = NextMonth::same_day;
    if (next == "whole") settings.next_month = NextMonth::whole;
    const auto tonight = text_of(in, "tonight");
    if (tonight == "day") settings.part_of_day = PartOfDayAs::day;
    if (tonight == "interval") settings.part_of_day = PartOfDayAs::interval;
    if (const auto clock = clock_of(tonight)) settings.tonight = *clock;
    // Who counts today as a weekday's next one, and reads parts of the day as ranges, reads calendars: ranges end
    // where their last day begins, and the parts of the day are those of office hours.
    if (settings.part_of_day == PartOfDayAs::interval && settings.weekday == WeekdayChoice::today) {
      settings.last_day_included = false;
      settings.wide_parts = false;
    }
  }
  if (const auto* value = question.if_contains("opts"); value && value->is_object()) {
    const auto& in = value->get_object();
    if (const auto locale = text_of(in, "locale"); !locale.empty()) settings.set_locale(locale);
    if (const auto* forward = in.if_contains("forwardDate"); forward && forward->is_bool())
      settings.forward_date = forward->get_bool();
    const auto prefer = text_of(in, "prefer");
    if (prefer == "past") settings.prefer = Prefer::past;
    if (prefer == "future") settings.prefer = Prefer::future;
    if (prefer == "current_period") settings.prefer = Prefer::current_period;
    const auto mode = text_of(in, "mode");
    if (mode == "strict") settings.mode = Mode::strict;
    if (mode == "tasks") settings.mode = Mode::tasks;
    if (mode == "GB") settings.set_locale("en-GB");
  }
  return settings;
}

std::optional<Question> read_question(std::string_view json_line, std::string& refusal) {
  auto parsed = parse_json(json_line);
  if (!parsed || !parsed->is_object()) {
    refusal = R"({"id":null,"error":"not a JSON object"})";
    return {};
  }
  json::object& asked = parsed->get_object();
  json::object answer;
  answer["id"] = asked.contains("id") ? asked.at("id") : json::value(nullptr);
  const auto refuse = [&](std::string_view why) -> std::optional<Question> {
    answer["error"] = why;
    refusal = json::serialize(answer);
    return {};
  };
  const auto ref_text = text_of(asked, "ref");
  const auto ref = parse_rfc3339(ref_text);
  if (!ref) return refuse("ref must be a date-time with offset");
  const auto tz = text_of(asked, "tz");
  auto zone = tz.empty() ? Result<domain::Zone>(domain::Zone()) : domain::Zone::locate(tz);
  if (tz.find('/') == std::string_view::npos && ref_text.size() > 6) {
    const auto offset = ref_text.ends_with('Z') ? std::string_view("Z") : ref_text.substr(ref_text.size() - 6);
    if (auto fixed = domain::Zone::locate(offset)) zone = *fixed;
  }
  if (!zone) return refuse("tz is not a time zone");
  const Settings settings = settings_of(asked);
  return Question{std::move(asked), std::move(answer), Now(*ref, *zone), settings};
}

}  // namespace daybook::language
