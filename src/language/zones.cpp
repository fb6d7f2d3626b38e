#include <algorithm>
#include <string>
#include <unordered_map>

#include "language/reader.hpp"

namespace daybook::language {
namespace {

/// Abbreviations of zones: what follows the clocks of a place has its name, a fixed one its minutes east of UTC.
struct Abbreviation {
  std::string_view text;
  std::string_view place;
  int minutes = 0;
};
constexpr Abbreviation kAbbreviations[] = {
    {"acdt", "", 630},
    {"acst", "", 570},
    {"adt", "", -180},
    {"aedt", "", 660},
    {"aest", "", 600},
    {"akdt", "", -480},
    {"akst", "", -540},
    {"art", "", -180},
    {"ast", "", -240},
    {"awst", "", 480},
    {"bst", "", 60},
    {"brt", "", -180},
    {"cat", "", 120},
    {"cdt", "", -300},
    {"cest", "", 120},
    {"cet", "Europe/Berlin", 0},
    {"cst", "", -360},
    {"ct", "America/Chicago", 0},
    {"eat", "", 180},
    {"edt", "", -240},
    {"eest", "", 180},
    {"eet", "Europe/Athens", 0},
    {"est", "", -300},
    {"et", "America/New_York", 0},
    {"gmt", "", 0},
    {"hkt", "", 480},
    {"hst", "", -600},
    {"ict", "", 420},
    {"idt", "", 180},
    {"ist", "", 330},
    {"jst", "", 540},
    {"kst", "", 540},
    {"mdt", "", -360},
    {"msk", "", 180},
    {"mst", "", -420},
    {"mt", "America/Denver", 0},
    {"ndt", "", -150},
    {"nst", "", -210},
    {"nzdt", "", 780},
    {"nzst", "", 720},
    {"pdt", "", -420},
    {"pht", "", 480},
    {"pkt", "", 300},
    {"pst", "", -480},
    {"pt", "America/Los_Angeles", 0},
    {"sast", "", 120},
    {"sgt", "", 480},
    {"utc", "", 0},
    {"wat", "", 60},
    {"west", "", 60},
    {"wet", "Europe/Lisbon", 0},
    {"wib", "", 420},
    {"z", "", 0},
};

/// "berlin" to "Europe/Berlin", from the names of the zone database.
const std::unordered_map<std::string, std::string>& places() {
  static const auto* map = [] {
    auto* made = new std::unordered_map<std::string, std::string>;
    for (const auto& name : domain::zone_names()) {
      const auto slash = name.rfind('/');
      if (slash == std::string::npos || name.starts_with("Etc/") || name.starts_with("posix") ||
          name.starts_with("right"))
        continue;
      std::string city = name.substr(slash + 1);
      for (auto& c : city) c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      made->emplace(city, name);
    }
    constexpr std::pair<const char*, const char*> kMore[] = {
        {"san francisco", "America/Los_Angeles"},
        {"seattle", "America/Los_Angeles"},
        {"boston", "America/New_York"},
        {"washington", "America/New_York"},
        {"miami", "America/New_York"},
        {"atlanta", "America/New_York"},
        {"dallas", "America/Chicago"},
        {"houston", "America/Chicago"},
        {"austin", "America/Chicago"},
        {"delhi", "Asia/Kolkata"},
        {"new delhi", "Asia/Kolkata"},
        {"mumbai", "Asia/Kolkata"},
        {"bangalore", "Asia/Kolkata"},
        {"beijing", "Asia/Shanghai"},
        {"munich", "Europe/Berlin"},
        {"hamburg", "Europe/Berlin"},
        {"frankfurt", "Europe/Berlin"},
        {"geneva", "Europe/Zurich"},
        {"milan", "Europe/Rome"},
        {"barcelona", "Europe/Madrid"},
        {"edinburgh", "Europe/London"},
        {"manchester", "Europe/London"},
        {"india", "Asia/Kolkata"},
        {"japan", "Asia/Tokyo"},
        {"germany", "Europe/Berlin"},
        {"france", "Europe/Paris"},
        {"uk", "Europe/London"},
        {"pacific", "America/Los_Angeles"},
        {"eastern", "America/New_York"},
        {"central", "America/Chicago"},
        {"mountain", "America/Denver"},
        {"new york city", "America/New_York"},
        {"nyc", "America/New_York"},
        {"la", "America/Los_Angeles"},
        {"osaka", "Asia/Tokyo"},
    };
    for (const auto& [city, name] : kMore) made->insert_or_assign(city, name);
    return made;
  }();
  return *map;
}

}  // namespace

Hit<domain::Zone> Reader::zone(int i) const {
  int at = i;
  const bool bracket = sym(at, '(');
  if (bracket) ++at;
  const auto& t = tok(at);
  if (t.quoted || t.marker) return {};
  const auto close = [&](int end) { return bracket ? (sym(end, ')') ? end + 1 : 0) : end; };
  // "+01:00", "-0500", "+2" after a clock
  const auto offset = [this](int from, int& end) -> std::optional<int> {
    if (!(sym(from, '+') || sym(from, '-')) || !number_token(from + 1) || !attached(from + 1)) return {};
    const auto& digits = tok(from + 1);
    int minutes = 0;
    end = from + 2;
    if (digits.digits == 4) {
      minutes = static_cast<int>(digits.value / 100 * 60 + digits.value % 100);
    } else if (digits.digits <= 2) {
      minutes = static_cast<int>(digits.value) * 60;
      if (sym(end, ':') && attached(end) && number_token(end + 1) && tok(end + 1).digits == 2) {
        minutes += static_cast<int>(tok(end + 1).value);
        end += 2;
      }
    } else {
      return {};
    }
    if (minutes > 14 * 60) return {};
    return sym(from, '-') ? -minutes : minutes;
  };
  if (sym(at, '+') || sym(at, '-')) {
    if (tok(at).space_before && !(tok(at + 1).digits == 4)) return {};
    int end = 0;
    const auto minutes = offset(at, end);
    if (!minutes || (tok(at + 1).digits <= 2 && !sym(at + 2, ':'))) return {};
    if (tok(at).symbol == '-' && tok(at + 1).digits == 4 && tok(at + 1).value >= 1500) return {};
    if (unit(end) || meridiem(end)) return {};
    if (const int stop = close(end)) return {domain::Zone::fixed(std::chrono::minutes{*minutes}), stop};
    return {};
  }
  if (t.kind != TokenKind::word) return {};
  if (t.text.size() <= 4) {
    const auto* found = std::lower_bound(std::begin(kAbbreviations), std::end(kAbbreviations), t.text,
                                         [](const Abbreviation& a, std::string_view text) { return a.text < text; });
    const bool listed = found != std::end(kAbbreviations) && found->text == t.text;
    // Two letters and "cat", "art", "west" are words as well, unless they are written large.
    const auto original = tokens_.original(t);
    const bool large = original.size() == t.text.size() &&
                       std::all_of(original.begin(), original.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool a_word = t.text == "cat" || t.text == "art" || t.text == "west" || t.text == "eat" || t.text == "wat" ||
                        t.text.size() < 3;
    if (listed && (large || !a_word) && !(t.text == "z" && t.space_before)) {
      int end = at + 1;
      if (t.text == "utc" || t.text == "gmt") {
        int after = 0;
        if (const auto minutes = offset(end, after)) {
          if (const int stop = close(after)) return {domain::Zone::fixed(std::chrono::minutes{*minutes}), stop};
        }
      }
      if (is(end, Key::time)) ++end;
      const int stop = close(end);
      if (!stop) return {};
      if (!found->place.empty()) {
        if (const auto zone = domain::Zone::locate(found->place)) return {*zone, stop};
        return {};
      }
      return {domain::Zone::fixed(std::chrono::minutes{found->minutes}), stop};
    }
  }
  // "in Berlin", "Tokyo time", "Eastern time", "my time"
  const bool in = is(at, Key::in);
  if (in) ++at;
  if (!in && is(at, Key::my) && is(at + 1, Key::time)) return {now_.zone(), at + 2};
  if (tok(at).kind != TokenKind::word || tok(at).word != nullptr) {
    if (!(tok(at).kind == TokenKind::word && text(at, "us"))) return {};
  }
  std::string name;
  for (int words = 1; words <= 3; ++words) {
    const auto& part = tok(at + words - 1);
    if (part.kind != TokenKind::word) break;
    if (words > 1) name += ' ';
    name += part.text;
    int end = at + words;
    if (text(end, "standard") || text(end, "daylight")) ++end;
    const bool time = is(end, Key::time);
    if (!in && !time) continue;
    const auto found = places().find(name);
    if (found == places().end()) continue;
    if (const auto zone = domain::Zone::locate(found->second)) return {*zone, time ? end + 1 : end};
  }
  return {};
}

}  // namespace daybook::language
