#include "language/words.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace daybook::language {
namespace {

constexpr Word key(std::string_view text, Key key) { return {.text = text, .key = key}; }
constexpr Word month(std::string_view text, int number, bool abbreviated = false) {
  return {.text = text, .month = static_cast<std::int8_t>(number), .abbreviated = abbreviated};
}
constexpr Word weekday(std::string_view text, int number, bool abbreviated = false, bool plural = false) {
  return {.text = text, .weekday = static_cast<std::int8_t>(number), .abbreviated = abbreviated, .plural = plural};
}
constexpr Word cardinal(std::string_view text, int value) {
  return {.text = text, .cardinal = static_cast<std::int8_t>(value)};
}
constexpr Word ordinal(std::string_view text, int value) {
  return {.text = text, .ordinal = static_cast<std::int8_t>(value)};
}
constexpr Word unit(std::string_view text, Grain grain, bool plural = false, bool abbreviated = false,
                    int multiple = 1) {
  return {.text = text,
          .unit = static_cast<std::int8_t>(grain),
          .multiple = static_cast<std::int8_t>(multiple),
          .abbreviated = abbreviated,
          .plural = plural};
}
/// Parts of the day stand as numbers of PartOfDay.
constexpr Word part(std::string_view text, int which, bool plural = false, Key key = Key::none) {
  return {.text = text, .key = key, .part = static_cast<std::int8_t>(which), .plural = plural};
}

constexpr Word kWords[] = {
    key("a", Key::a),
    key("an", Key::a),
    key("the", Key::the),
    key("my", Key::my),
    key("our", Key::my),
    key("of", Key::of),
    key("in", Key::in),
    key("on", Key::on),
    key("at", Key::at),
    key("by", Key::by),
    key("to", Key::to),
    key("from", Key::from),
    key("for", Key::for_),
    key("with", Key::with),
    key("and", Key::and_),
    key("or", Key::or_),
    key("but", Key::but),
    key("per", Key::per),
    key("up", Key::up),
    key("out", Key::out),
    key("as", Key::as),
    key("into", Key::into),
    key("over", Key::over),
    key("n", Key::and_),

    key("this", Key::this_),
    key("thiss", Key::this_),
    key("next", Key::next),
    key("nxt", Key::next),
    key("last", Key::last),
    key("final", Key::last),
    key("past", Key::past),
    key("coming", Key::coming),
    key("upcoming", Key::upcoming),
    key("following", Key::following),
    key("previous", Key::previous),
    key("prior", Key::before),
    key("preceding", Key::previous),
    key("current", Key::current),
    key("present", Key::current),
    key("other", Key::other),
    key("another", Key::another),
    key("every", Key::every),
    key("ev", Key::every),
    key("evry", Key::every),
    key("evrey", Key::every),
    key("eveery", Key::every),
    key("each", Key::each),
    key("eveyr", Key::every),
    key("evey", Key::every),
    key("all", Key::all),
    key("entire", Key::whole),
    key("whole", Key::whole),
    key("full", Key::whole),
    key("any", Key::any),
    key("both", Key::both),
    key("same", Key::same),
    key("closest", Key::closest),
    key("nearest", Key::closest),
    key("alternate", Key::alternate),
    key("alternating", Key::alternate),
    key("odd", Key::odd),
    key("even", Key::even),

    key("before", Key::before),
    key("b4", Key::before),
    key("after", Key::after),
    key("until", Key::until),
    key("till", Key::until),
    key("til", Key::until),
    key("untill", Key::until),
    key("unti", Key::until),
    key("through", Key::through),
    key("thru", Key::through),
    key("throughout", Key::during),
    key("since", Key::since),
    key("between", Key::between),
    key("btw", Key::between),
    key("within", Key::within),
    key("during", Key::during),
    key("ago", Key::ago),
    key("later", Key::later),
    key("hence", Key::hence),
    key("earlier", Key::earlier),
    key("less", Key::less),
    key("fewer", Key::additional),
    key("than", Key::than),
    key("more", Key::more),
    key("starting", Key::starting),
    key("beginning", Key::starting),
    key("starts", Key::starting),
    key("commencing", Key::starting),
    key("effective", Key::starting),
    key("ending", Key::ending),
    key("ends", Key::ending),
    key("except", Key::except),
    key("excluding", Key::except),
    key("excepting", Key::except),
    key("besides", Key::except),
    key("skipping", Key::except),

    key("around", Key::around),
    key("about", Key::around),
    key("approximately", Key::around),
    key("approx", Key::around),
    key("roughly", Key::around),
    key("circa", Key::around),
    key("nearly", Key::around),
    key("almost", Key::around),
    key("exactly", Key::exactly),
    key("sharp", Key::sharp),
    key("precisely", Key::exactly),
    key("half", Key::half),
    key("couple", Key::couple),
    key("pair", Key::couple),
    key("few", Key::few),
    key("several", Key::several),
    key("dozen", Key::dozen),
    key("hundred", Key::hundred),
    key("thousand", Key::thousand),
    key("additional", Key::additional),
    key("extra", Key::additional),
    key("ish", Key::ish),
    key("sometime", Key::sometime),
    key("sometimes", Key::sometime),
    key("anytime", Key::sometime),
    key("ca", Key::around),

    key("now", Key::now),
    key("right", Key::right),
    key("just", Key::just),
    key("today", Key::today),
    key("tdy", Key::today),
    key("2day", Key::today),
    key("tod", Key::today),
    key("todays", Key::today),
    key("tomorrow", Key::tomorrow),
    key("tomorrows", Key::tomorrow),
    key("tmrw", Key::tomorrow),
    key("tmr", Key::tomorrow),
    key("tmw", Key::tomorrow),
    key("tomo", Key::tomorrow),
    key("2moro", Key::tomorrow),
    key("2morrow", Key::tomorrow),
    key("2mrw", Key::tomorrow),
    key("tmrrw", Key::tomorrow),
    key("tmro", Key::tomorrow),
    {.text = "tom", .key = Key::tomorrow, .abbreviated = true},
    {.text = "tmo", .key = Key::tomorrow, .abbreviated = true},
    key("yesterday", Key::yesterday),
    key("yesterdays", Key::yesterday),
    key("yday", Key::yesterday),
    part("tonight", 6, false, Key::tonight),
    part("tonite", 6, false, Key::tonight),
    part("2nite", 6, false, Key::tonight),
    part("tonights", 6, false, Key::tonight),
    part("2night", 6, false, Key::tonight),
    key("noon", Key::noon),
    key("noontime", Key::noon),
    key("midday", Key::noon),
    key("noonish", Key::noon),
    key("noonday", Key::noon),
    key("midnight", Key::midnight),
    key("midnite", Key::midnight),
    key("moment", Key::moment),
    key("eod", Key::eod),
    key("cob", Key::eod),
    key("cobd", Key::eod),
    key("eob", Key::eod),
    key("eow", Key::eow),
    key("eom", Key::eom),
    key("eoy", Key::eoy),
    key("bom", Key::bom),
    key("boy", Key::boy),
    key("asap", Key::none),
    key("atm", Key::none),
    key("otd", Key::none),
    key("q", Key::none),
    key("cy", Key::none),
    key("fy", Key::none),
    key("noughties", Key::none),
    key("tens", Key::none),
    key("twenties", Key::none),
    key("thirties", Key::none),
    key("forties", Key::none),
    key("fifties", Key::none),
    key("sixties", Key::none),
    key("seventies", Key::none),
    key("eighties", Key::none),
    key("nineties", Key::none),
    key("bi", Key::none),
    key("semi", Key::none),
    key("sooner", Key::none),
    key("greater", Key::none),
    key("remaining", Key::rest),
    key("overmorrow", Key::none),
    key("penultimate", Key::none),

    key("am", Key::am),
    key("pm", Key::pm),
    key("oclock", Key::oclock),
    key("oh", Key::oh),
    key("ad", Key::ad),
    key("ce", Key::ad),
    key("bc", Key::bc),
    key("bce", Key::bc),
    key("be", Key::be_era),
    key("not", Key::not_),
    key("no", Key::no),
    key("date", Key::date),
    key("time", Key::time),
    key("plus", Key::plus),
    key("minus", Key::minus),
    key("back", Key::back),
    key("ides", Key::ides),

    key("start", Key::start),
    key("begin", Key::start),
    key("begining", Key::start),
    key("middle", Key::middle),
    key("mid", Key::mid),
    key("end", Key::end),
    key("close", Key::end),
    key("rest", Key::rest),
    key("remainder", Key::rest),
    key("early", Key::early),
    key("late", Key::late),
    key("season", Key::season),
    key("seasons", Key::season),
    key("spring", Key::spring),
    key("summer", Key::summer),
    key("autumn", Key::autumn),
    key("fall", Key::autumn),
    key("winter", Key::winter),
    key("springtime", Key::spring),
    key("summertime", Key::summer),
    key("wintertime", Key::winter),

    key("times", Key::times),
    key("time", Key::time),
    key("occurrences", Key::times),
    key("occurrence", Key::instance),
    key("occurences", Key::times),
    key("instances", Key::instance),
    key("instance", Key::instance),
    key("repetitions", Key::times),
    key("x", Key::x),
    key("once", Key::once),
    key("twice", Key::twice),
    key("thrice", Key::thrice),
    key("daily", Key::daily),
    key("everyday", Key::everyday),
    key("weekly", Key::weekly),
    key("monthly", Key::monthly),
    key("yearly", Key::yearly),
    key("annually", Key::yearly),
    key("annual", Key::yearly),
    key("hourly", Key::hourly),
    key("quarterly", Key::quarterly),
    key("biweekly", Key::biweekly),
    key("fortnightly", Key::fortnightly),
    key("bimonthly", Key::bimonthly),
    key("biennial", Key::biennial),
    key("biennially", Key::biennial),
    key("biannually", Key::biannual),
    key("biannual", Key::biannual),
    key("semiannually", Key::semiannual),
    key("semiannual", Key::semiannual),
    key("nightly", Key::nightly),
    key("minutely", Key::minutely),
    key("semimonthly", Key::semimonthly),
    key("biyearly", Key::biennial),

    // units
    {.text = "second", .ordinal = 2, .unit = 0},
    unit("seconds", Grain::second, true),
    unit("sec", Grain::second),
    unit("secs", Grain::second, true),
    unit("s", Grain::second, false, true),
    unit("minute", Grain::minute),
    unit("minutes", Grain::minute, true),
    unit("min", Grain::minute),
    unit("mins", Grain::minute, true),
    unit("minuts", Grain::minute, true),
    unit("m", Grain::minute, false, true),
    unit("hour", Grain::hour),
    unit("hours", Grain::hour, true),
    unit("hr", Grain::hour),
    unit("hrs", Grain::hour, true),
    unit("h", Grain::hour, false, true),
    unit("day", Grain::day),
    unit("days", Grain::day, true),
    unit("d", Grain::day, false, true),
    unit("dy", Grain::day, false, true),
    unit("dys", Grain::day, true, true),
    unit("week", Grain::week),
    unit("weeks", Grain::week, true),
    unit("wk", Grain::week),
    unit("wks", Grain::week, true),
    unit("w", Grain::week, false, true),
    unit("month", Grain::month),
    unit("months", Grain::month, true),
    unit("mnth", Grain::month),
    unit("mnths", Grain::month, true),
    unit("mth", Grain::month),
    unit("mths", Grain::month, true),
    unit("mo", Grain::month, false, true),
    unit("mos", Grain::month, true, true),
    unit("mons", Grain::month, true, true),
    {.text = "quarter", .key = Key::none, .unit = 6},
    unit("quarters", Grain::quarter, true),
    unit("qtr", Grain::quarter),
    unit("qtrs", Grain::quarter, true),
    unit("year", Grain::year),
    unit("years", Grain::year, true),
    unit("yr", Grain::year),
    unit("yrs", Grain::year, true),
    unit("y", Grain::year, false, true),
    unit("fortnight", Grain::week, false, false, 2),
    unit("fortnights", Grain::week, true, false, 2),
    unit("fornight", Grain::week, false, false, 2),
    unit("decade", Grain::year, false, false, 10),
    unit("decades", Grain::year, true, false, 10),
    unit("century", Grain::year, false, false, 100),
    unit("centuries", Grain::year, true, false, 100),

    {.text = "weekday", .key = Key::weekday},
    {.text = "weekdays", .key = Key::weekday, .plural = true},
    {.text = "workday", .key = Key::weekday},
    {.text = "workdays", .key = Key::weekday, .plural = true},
    {.text = "wkday", .key = Key::weekday},
    {.text = "wkdays", .key = Key::weekday, .plural = true},
    {.text = "weekend", .key = Key::weekend},
    {.text = "weekends", .key = Key::weekend, .plural = true},
    {.text = "wkend", .key = Key::weekend},
    {.text = "wknd", .key = Key::weekend},
    {.text = "wkends", .key = Key::weekend, .plural = true},
    {.text = "wknds", .key = Key::weekend, .plural = true},

    // parts of the day
    part("morning", 2),
    part("mornings", 2, true),
    part("morn", 2),
    part("afternoon", 4),
    part("afternoons", 4, true),
    part("arvo", 4),
    part("evening", 5),
    part("evenings", 5, true),
    part("eve", 5),
    part("evng", 5),
    part("night", 6),
    part("nite", 6),
    part("nights", 6, true),
    part("midmorning", 8),
    part("midafternoon", 9),
    part("lunch", 10, false, Key::lunch),
    part("lunchtime", 10, false, Key::lunch),
    part("lunchtimes", 10, true, Key::lunch),
    part("dinner", 11, false, Key::dinner),
    part("dinnertime", 11, false, Key::dinner),
    part("supper", 11, false, Key::dinner),
    part("suppertime", 11, false, Key::dinner),
    part("breakfast", 12, false, Key::breakfast),
    part("brunch", 13, false, Key::brunch),
    part("overnight", 6),
    part("daytime", 14),
    part("nighttime", 6),
    part("mealtime", 15),
    part("businesshours", 14),

    // months
    month("january", 1),
    month("february", 2),
    month("march", 3),
    month("april", 4),
    month("may", 5),
    month("june", 6),
    month("july", 7),
    month("august", 8),
    month("september", 9),
    month("october", 10),
    month("november", 11),
    month("december", 12),
    month("jan", 1, true),
    month("feb", 2, true),
    month("febr", 2, true),
    month("mar", 3, true),
    month("apr", 4, true),
    month("jun", 6, true),
    month("jul", 7, true),
    month("aug", 8, true),
    month("sep", 9, true),
    month("sept", 9, true),
    month("oct", 10, true),
    month("nov", 11, true),
    month("dec", 12, true),

    // weekdays
    weekday("monday", 1),
    weekday("tuesday", 2),
    weekday("wednesday", 3),
    weekday("thursday", 4),
    weekday("friday", 5),
    weekday("saturday", 6),
    weekday("sunday", 7),
    weekday("mondays", 1, false, true),
    weekday("tuesdays", 2, false, true),
    weekday("wednesdays", 3, false, true),
    weekday("thursdays", 4, false, true),
    weekday("fridays", 5, false, true),
    weekday("saturdays", 6, false, true),
    weekday("sundays", 7, false, true),
    weekday("mon", 1, true),
    weekday("tue", 2, true),
    weekday("tues", 2, true),
    weekday("tu", 2, true),
    weekday("wed", 3, true),
    weekday("weds", 3, true),
    weekday("thu", 4, true),
    weekday("thur", 4, true),
    weekday("thurs", 4, true),
    weekday("fri", 5, true),
    weekday("sat", 6, true),
    weekday("sun", 7, true),
    weekday("th", 4, true),
    weekday("mo", 1, true),
    weekday("satur", 6, true),
    weekday("wednes", 3, true),

    // numbers
    cardinal("zero", 0),
    cardinal("one", 1),
    cardinal("two", 2),
    cardinal("three", 3),
    cardinal("four", 4),
    cardinal("five", 5),
    cardinal("six", 6),
    cardinal("seven", 7),
    cardinal("eight", 8),
    cardinal("nine", 9),
    cardinal("ten", 10),
    cardinal("eleven", 11),
    cardinal("twelve", 12),
    cardinal("thirteen", 13),
    cardinal("fourteen", 14),
    cardinal("fifteen", 15),
    cardinal("sixteen", 16),
    cardinal("seventeen", 17),
    cardinal("eighteen", 18),
    cardinal("nineteen", 19),
    cardinal("twenty", 20),
    cardinal("thirty", 30),
    cardinal("forty", 40),
    cardinal("fourty", 40),
    cardinal("fifty", 50),
    cardinal("sixty", 60),
    cardinal("seventy", 70),
    cardinal("eighty", 80),
    cardinal("ninety", 90),
    cardinal("single", 1),
    ordinal("first", 1),
    ordinal("third", 3),
    ordinal("fourth", 4),
    ordinal("fifth", 5),
    ordinal("sixth", 6),
    ordinal("seventh", 7),
    ordinal("eighth", 8),
    ordinal("ninth", 9),
    ordinal("tenth", 10),
    ordinal("eleventh", 11),
    ordinal("twelfth", 12),
    ordinal("twelveth", 12),
    ordinal("thirteenth", 13),
    ordinal("fourteenth", 14),
    ordinal("fifteenth", 15),
    ordinal("sixteenth", 16),
    ordinal("seventeenth", 17),
    ordinal("eighteenth", 18),
    ordinal("nineteenth", 19),
    ordinal("twentieth", 20),
    ordinal("thirtieth", 30),
    ordinal("fortieth", 40),
    ordinal("fiftieth", 50),
};

constexpr std::size_t kSlots = 2048;

constexpr std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 13);
}

/// Open addressing; a word that stands twice keeps its first entry.
constexpr auto make_slots() {
  std::array<std::int16_t, kSlots> slots{};
  for (auto& slot : slots) slot = -1;
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    auto at = hash_of(kWords[i].text) % kSlots;
    while (slots[at] >= 0) at = (at + 1) % kSlots;
    slots[at] = static_cast<std::int16_t>(i);
  }
  return slots;
}
constexpr auto kIndex = make_slots();

/// Names long and particular enough that a word one edit away is meant as them.
constexpr std::string_view kForgiven[] = {
    "january",   "february",    "august",   "september",  "october",   "november",  "december",  "monday",
    "tuesday",   "wednesday",   "thursday", "friday",     "saturday",  "sunday",    "tomorrow",  "yesterday",
    "tonight",   "mondays",     "tuesdays", "wednesdays", "thursdays", "fridays",   "saturdays", "sundays",
    "weekend",   "weekends",    "weekday",  "weekdays",   "morning",   "afternoon", "evening",   "midnight",
    "fortnight", "fortnightly", "biweekly", "quarterly",  "annually",  "everyday",  "minutes",   "beginning",
};
/// Words of their own that stand one edit away from one of those.
constexpr std::string_view kNotForgiven[] = {"actually", "usually",   "manually",  "mutually", "sundry", "augusta",
                                             "mourning", "moaning",   "warning",   "weakened", "sundae", "mooning",
                                             "tonights", "forming",   "warnings",  "evenings", "minute", "minutest",
                                             "manually", "evening's", "eveningly", "bimonthly"};

/// Edits (insert, delete, replace, swap of neighbours) that lead from `a` to `b`, or `limit` + 1.
int edits(std::string_view a, std::string_view b, int limit) {
  if (a.size() > 15 || b.size() > 15) return limit + 1;
  int rows[3][17];
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto* row = rows[i % 3];
    const auto* above = rows[(i + 2) % 3];
    const auto* above2 = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], above2[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

const Word* find_word(std::string_view lower) {
  if (lower.size() > 12) return nullptr;
  for (auto at = hash_of(lower) % kSlots; kIndex[at] >= 0; at = (at + 1) % kSlots) {
    const auto& word = kWords[kIndex[at]];
    if (word.text == lower) return &word;
  }
  return nullptr;
}

const Word* find_misspelt(std::string_view lower) {
  if (lower.size() < 5 || lower.size() > 12) return nullptr;
  if (std::find(std::begin(kNotForgiven), std::end(kNotForgiven), lower) != std::end(kNotForgiven)) return nullptr;
  const Word* best = nullptr;
  int best_edits = 3;
  for (const auto name : kForgiven) {
    if (name[0] != lower[0]) continue;
    const auto apart = static_cast<int>(name.size()) - static_cast<int>(lower.size());
    if (apart > 2 || apart < -2) continue;
    const int limit = name.size() >= 8 && lower.size() >= 6 ? 2 : 1;
    const int distance = edits(lower, name, limit);
    if (distance <= limit && distance < best_edits) {
      best = find_word(name);
      best_edits = distance;
    }
  }
  return best;
}

}  // namespace daybook::language
