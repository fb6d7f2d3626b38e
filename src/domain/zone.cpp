#include "domain/zone.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <unordered_map>

#include "domain/zone_table.hpp"

namespace daybook::domain {
namespace {

namespace fs = std::filesystem;

const fs::path& zoneinfo() {
  static const fs::path path = [] {
    const char* configured = std::getenv("TZDIR");
    return fs::path{configured && *configured ? configured : "/usr/share/zoneinfo"};
  }();
  return path;
}

std::optional<std::string> read_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return std::nullopt;
  return std::move(out).str();
}

/// Tables live as long as the process, so that a Zone is a plain pointer.
class Registry {
 public:
  const ZoneTable* find(std::string_view name) const {
    std::shared_lock lock{mutex_};
    auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : it->second;
  }
  const ZoneTable* add(ZoneTable table, bool replace) {
    std::unique_lock lock{mutex_};
    auto it = by_name_.find(table.name);
    if (it != by_name_.end() && !replace) return it->second;
    owned_.push_back(std::make_unique<ZoneTable>(std::move(table)));
    const ZoneTable* added = owned_.back().get();
    by_name_.insert_or_assign(added->name, added);
    return added;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, const ZoneTable*, Hash, std::equal_to<>> by_name_;
  std::vector<std::unique_ptr<ZoneTable>> owned_;
};

Registry& registry() {
  static auto* instance = new Registry;  // Zones are used until the very end of the process.
  return *instance;
}

const ZoneTable* fixed_table(int offset_minutes) {
  std::string name = "UTC";
  if (offset_minutes != 0) {
    const int minutes = std::abs(offset_minutes);
    const char digits[] = {offset_minutes < 0 ? '-' : '+',
                           static_cast<char>('0' + minutes / 600),
                           static_cast<char>('0' + minutes / 60 % 10),
                           ':',
                           static_cast<char>('0' + minutes % 60 / 10),
                           static_cast<char>('0' + minutes % 10)};
    name.assign(digits, sizeof digits);
  }
  if (auto* known = registry().find(name)) return known;
  ZoneTable table;
  table.name = std::move(name);
  table.steps.push_back({INT64_MIN, offset_minutes * 60});
  table.fixed = true;
  return registry().add(std::move(table), false);
}

bool equal_fold(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// "+05:30", "-0330", "+5" in minutes.
std::optional<int> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && i == text.size() - 3 && i >= 1) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits.push_back(text[i]);
  }
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  const int value = std::atoi(digits.c_str());
  const int minutes = digits.size() <= 2 ? value * 60 : value / 100 * 60 + value % 100;
  if (minutes > 24 * 60 || (digits.size() > 2 && value % 100 > 59)) return std::nullopt;
  return negative ? -minutes : minutes;
}

/// Names as the database has them; also keeps paths out ("../../etc/passwd").
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("//") != std::string_view::npos)
    return false;
  for (std::string_view outside : {"posix/", "right/", "posixrules", "localtime", "Factory"}) {
    if (name.starts_with(outside)) return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  });
}

std::int64_t seconds_of(Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

Instant instant_of(std::int64_t seconds) { return Instant{std::chrono::seconds{seconds}}; }

/// Brings an instant after the table's end back by whole cycles of 400 years; returns how far.
std::int64_t fold(const ZoneTable& table, std::int64_t& seconds) {
  if (seconds <= table.cycle_end) return 0;
  const std::int64_t by = ((seconds - table.cycle_end - 1) / kFourHundredYears + 1) * kFourHundredYears;
  seconds -= by;
  return by;
}

struct Catalogue {
  std::string version = "unknown";
  std::vector<std::string> names;
};

const Catalogue& catalogue() {
  static const Catalogue instance = [] {
    Catalogue out;
    std::ifstream zi{zoneinfo() / "tzdata.zi"};
    for (std::string line; std::getline(zi, line);) {
      if (line.starts_with("# version ")) {
        out.version = line.substr(10);
      } else if (line.starts_with("Z ")) {
        out.names.push_back(line.substr(2, line.find(' ', 2) - 2));
      } else if (line.starts_with("L ")) {
        out.names.push_back(line.substr(line.rfind(' ') + 1));
      }
    }
    if (out.names.empty()) {  // Databases without the source text: the files are the list.
      std::error_code error;
      for (fs::recursive_directory_iterator it{zoneinfo(), error}, end; !error && it != end; it.increment(error)) {
        auto name = fs::relative(it->path(), zoneinfo(), error).generic_string();
        if (it->is_regular_file(error) && is_zone_name(name) && name[0] >= 'A' && name[0] <= 'Z') {
          out.names.push_back(std::move(name));
        }
      }
    }
    std::erase_if(out.names, [](const std::string& name) { return !is_zone_name(name); });
    std::sort(out.names.begin(), out.names.end());
    out.names.erase(std::unique(out.names.begin(), out.names.end()), out.names.end());
    return out;
  }();
  return instance;
}

Error unknown_zone(std::string_view name) {
  return Error{Errc::invalid_argument, "There is no time zone \"" + std::string{name.substr(0, 64)} +
                                           "\": use an IANA name such as Europe/Berlin, or an offset such as +05:30."};
}

}  // namespace

Zone::Zone() : Zone(fixed({})) {}

Zone Zone::fixed(std::chrono::seconds offset) {
  if (offset.count() == 0) {
    static const ZoneTable* const utc = fixed_table(0);
    return Zone{utc};
  }
  const auto minutes = std::clamp<std::int64_t>(offset.count() / 60, -26 * 60, 26 * 60);
  return Zone{fixed_table(static_cast<int>(minutes))};
}

Result<Zone> Zone::locate(std::string_view name) {
  if (auto* known = registry().find(name)) return Zone{known};
  if (equal_fold(name, "Z") || equal_fold(name, "UTC")) return Zone{};
  auto offset_text = name;
  if (offset_text.size() > 3 && equal_fold(offset_text.substr(0, 3), "UTC")) offset_text.remove_prefix(3);
  if (auto offset = parse_offset(offset_text)) return fixed(std::chrono::minutes{*offset});
  if (!is_zone_name(name)) return unknown_zone(name);
  if (auto bytes = read_file(zoneinfo() / name)) {
    auto table = read_tzif(std::string{name}, *bytes);
    if (table) return Zone{registry().add(std::move(*table), false)};
  }
  for (const auto& candidate : zone_names()) {
    if (candidate != name && equal_fold(candidate, name)) return locate(candidate);
  }
  return unknown_zone(name);
}

Result<Zone> Zone::install(std::string name, std::string_view tzif) {
  auto table = read_tzif(std::move(name), tzif);
  if (!table) return table.error();
  return Zone{registry().add(std::move(*table), true)};
}

const std::string& Zone::name() const { return table_->name; }
bool Zone::is_fixed() const { return table_->fixed; }

ResolvedTime Zone::to_instant(LocalTime local) const {
  const auto& steps = table_->steps;
  std::int64_t reading = local.time_since_epoch().count();
  if (steps.size() == 1) {
    return {instant_of(reading - steps[0].offset), LocalKind::unique, std::chrono::seconds{steps[0].offset}};
  }
  // No offset reaches this far, so the step in force then begins before the reading does.
  constexpr std::int64_t kBeyondOffsets = 27 * 3600;
  std::int64_t early = reading - kBeyondOffsets;
  // Folded so that the reading too lies within the table.
  std::int64_t late = reading + kBeyondOffsets;
  const std::int64_t folded = fold(*table_, late);
  early -= folded;
  reading -= folded;
  auto answer = [&](std::int64_t offset, LocalKind kind, std::int64_t in_force) {
    return ResolvedTime{instant_of(reading - offset + folded), kind, std::chrono::seconds{in_force}};
  };
  for (std::size_t i = table_->index_at(early);; ++i) {
    const bool last = i + 1 == steps.size();
    if (!last && reading >= steps[i + 1].at + steps[i].offset) continue;
    if (i > 0 && reading < steps[i].at + steps[i].offset) {
      return answer(steps[i - 1].offset, LocalKind::skipped, steps[i].offset);
    }
    const bool again = !last && reading >= steps[i + 1].at + steps[i + 1].offset;
    return answer(steps[i].offset, again ? LocalKind::doubled : LocalKind::unique, steps[i].offset);
  }
}

LocalTime Zone::to_local(Instant instant) const {
  std::int64_t seconds = seconds_of(instant);
  const std::int64_t folded = fold(*table_, seconds);
  seconds += table_->steps[table_->index_at(seconds)].offset;
  return LocalTime{std::chrono::seconds{seconds + folded}};
}

std::chrono::seconds Zone::offset_at(Instant instant) const {
  std::int64_t seconds = seconds_of(instant);
  fold(*table_, seconds);
  return std::chrono::seconds{table_->steps[table_->index_at(seconds)].offset};
}

std::optional<ZoneTransition> Zone::next_transition(Instant after) const {
  std::int64_t seconds = seconds_of(after);
  std::int64_t folded = fold(*table_, seconds);
  const auto& steps = table_->steps;
  auto next = table_->index_at(seconds) + 1;
  if (next == steps.size()) {
    if (table_->cycle_end == INT64_MAX) return std::nullopt;
    seconds -= kFourHundredYears;  // The last step of the table: its successor is the same one a cycle earlier.
    folded += kFourHundredYears;
    next = table_->index_at(seconds) + 1;
  }
  return ZoneTransition{instant_of(steps[next].at + folded), std::chrono::seconds{steps[next - 1].offset},
                        std::chrono::seconds{steps[next].offset}};
}

std::string format_with_offset(Instant instant, const Zone& zone) {
  const auto offset = zone.offset_at(instant).count();
  std::string text = format_local(zone.to_local(instant));
  if (offset == 0) return text + "Z";
  const auto minutes = std::abs(offset) / 60;
  text.push_back(offset < 0 ? '-' : '+');
  for (auto part : {minutes / 60, minutes % 60}) {
    text.push_back(static_cast<char>('0' + part / 10));
    text.push_back(static_cast<char>('0' + part % 10));
  }
  text.insert(text.size() - 2, ":");
  return text;
}

const std::string& tzdb_version() { return catalogue().version; }
const std::vector<std::string>& zone_names() { return catalogue().names; }

}  // namespace daybook::domain
