#include "domain/task_query.hpp"

#include "core/characters.hpp"

namespace daybook::domain {
namespace {
constexpr std::string_view kSortFields[] = {"created", "due", "priority", "updated", "title"};

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (unsigned char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain)
      out += static_cast<char>(c);
    else
      out += '%', out += kHex[c >> 4], out += kHex[c & 15];
  }
}
}  // namespace

std::optional<Sort> parse_sort(std::string_view text) {
  Sort sort{SortField::created, false};
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    sort.descending = text[0] == '-';
    text.remove_prefix(1);
  }
  // Numbers are given in the order of creation.
  if (iequals(text, "createdAt") || iequals(text, "number")) text = "created";
  if (iequals(text, "updatedAt")) text = "updated";
  if (iequals(text, "dueAt") || iequals(text, "dueDate")) text = "due";
  for (std::size_t i = 0; i < std::size(kSortFields); ++i)
    if (iequals(kSortFields[i], text)) return sort.field = static_cast<SortField>(i), sort;
  return std::nullopt;
}

std::string to_string(const Sort& sort) {
  return (sort.descending ? "-" : "") + std::string(kSortFields[static_cast<int>(sort.field)]);
}

std::string to_text(const When& when) {
  if (const auto* at = std::get_if<Instant>(&when)) return format_rfc3339(*at);
  if (const auto* day = std::get_if<Date>(&when)) return format_date(*day);
  return {};
}

Result<When> parse_when(std::string_view text) {
  if (text.size() == 10) {
    auto date = parse_date(text);
    if (!date) return date.error();
    return When{*date};
  }
  auto instant = parse_rfc3339(text);
  if (!instant)
    return Error{Errc::invalid_argument, "must be a time such as 2026-03-05T15:00:00Z or a date such as 2026-03-05"};
  return When{*instant};
}

std::string to_query_string(const TaskQuery& query) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    append_percent_encoded(out, value);
  };
  for (auto status : query.status) add("status", to_string(status));
  for (auto priority : query.priority) add("priority", to_string(priority));
  for (const auto& tag : query.tags) add("tag", tag);
  for (const auto& tag : query.any_tags) add("anyTag", tag);
  for (const auto& tag : query.not_tags) add("notTag", tag);
  if (query.category) add("category", *query.category);
  add("dueFrom", to_text(query.due_from));
  add("dueTo", to_text(query.due_to));
  if (query.has_due) add("hasDue", *query.has_due ? "true" : "false");
  if (query.has_reminder) add("hasReminder", *query.has_reminder ? "true" : "false");
  add("createdFrom", to_text(query.created_from));
  add("createdTo", to_text(query.created_to));
  add("completedFrom", to_text(query.completed_from));
  add("completedTo", to_text(query.completed_to));
  add("q", query.text);
  if (query.parent) add("parentId", query.parent->str());
  if (query.series) add("seriesId", query.series->str());
  if (query.sort != Sort{}) add("sort", to_string(query.sort));
  return out;
}

}  // namespace daybook::domain
