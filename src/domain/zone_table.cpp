#include "domain/zone_table.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace daybook::domain {
namespace {

namespace chr = std::chrono;

/// The part of POSIX TZ that a TZif footer may hold (RFC 8536, section 3.3): "EST5EDT,M3.2.0,M11.1.0".
class Footer {
 public:
  struct DayRule {
    enum class Kind { month_week_day, julian_without_leap, zero_based } kind = Kind::zero_based;
    int month = 1, week = 1, day = 0;
    int seconds = 2 * 3600;  ///< After local midnight; may be negative or over a day.
  };
  int standard = 0;
  std::optional<int> daylight;
  DayRule start, end;

  static std::optional<Footer> parse(std::string_view text) {
    Footer footer;
    Scanner in{text};
    if (!in.name()) return std::nullopt;
    auto west = in.clock();
    if (!west) return std::nullopt;
    footer.standard = -*west;
    if (in.rest.empty()) return footer;
    if (!in.name()) return std::nullopt;
    footer.daylight = footer.standard + 3600;
    if (!in.rest.empty() && in.rest[0] != ',') {
      auto daylight_west = in.clock();
      if (!daylight_west) return std::nullopt;
      footer.daylight = -*daylight_west;
    }
    if (!in.rule(footer.start) || !in.rule(footer.end) || !in.rest.empty()) return std::nullopt;
    return footer;
  }

  static std::int64_t instant_of(const DayRule& rule, int year, int offset_before) {
    chr::sys_days day;
    if (rule.kind == DayRule::Kind::month_week_day) {
      chr::year_month month{chr::year{year}, chr::month{static_cast<unsigned>(rule.month)}};
      chr::weekday weekday{static_cast<unsigned>(rule.day)};
      if (rule.week == 5) {
        day = chr::sys_days{month / weekday[chr::last]};
      } else {
        day = chr::sys_days{month / weekday[static_cast<unsigned>(rule.week)]};
      }
    } else {
      const chr::sys_days first = chr::sys_days{chr::year{year} / 1 / 1};
      int index = rule.day;
      if (rule.kind == DayRule::Kind::julian_without_leap) {
        index = rule.day - 1 + (chr::year{year}.is_leap() && rule.day >= 60 ? 1 : 0);
      }
      day = first + chr::days{index};
    }
    return static_cast<std::int64_t>(day.time_since_epoch().count()) * 86400 + rule.seconds - offset_before;
  }

 private:
  struct Scanner {
    std::string_view rest;

    bool take(char c) {
      if (rest.empty() || rest[0] != c) return false;
      rest.remove_prefix(1);
      return true;
    }
    bool name() {
      if (take('<')) {
        const auto close = rest.find('>');
        if (close == std::string_view::npos) return false;
        rest.remove_prefix(close + 1);
        return true;
      }
      std::size_t n = 0;
      while (n < rest.size() && ((rest[n] | 32) >= 'a' && (rest[n] | 32) <= 'z')) ++n;
      rest.remove_prefix(n);
      return n >= 3;
    }
    std::optional<int> number(int max) {
      int value = 0;
      std::size_t n = 0;
      while (n < rest.size() && n < 4 && rest[n] >= '0' && rest[n] <= '9') value = value * 10 + (rest[n++] - '0');
      rest.remove_prefix(n);
      if (n == 0 || value > max) return std::nullopt;
      return value;
    }
    std::optional<int> clock() {
      const bool negative = take('-');
      if (!negative) take('+');
      auto hours = number(167);
      if (!hours) return std::nullopt;
      int seconds = *hours * 3600;
      for (int unit : {60, 1}) {
        if (!take(':')) break;
        auto part = number(59);
        if (!part) return std::nullopt;
        seconds += *part * unit;
      }
      return negative ? -seconds : seconds;
    }
    bool rule(DayRule& out) {
      if (!take(',')) return false;
      if (take('M')) {
        out.kind = DayRule::Kind::month_week_day;
        auto month = number(12);
        if (!month || *month < 1 || !take('.')) return false;
        auto week = number(5);
        if (!week || *week < 1 || !take('.')) return false;
        auto day = number(6);
        if (!day) return false;
        out.month = *month, out.week = *week, out.day = *day;
      } else {
        out.kind = take('J') ? DayRule::Kind::julian_without_leap : DayRule::Kind::zero_based;
        auto day = number(365);
        if (!day || (out.kind == DayRule::Kind::julian_without_leap && *day == 0)) return false;
        out.day = *day;
      }
      if (take('/')) {
        auto time = clock();
        if (!time) return false;
        out.seconds = *time;
      }
      return true;
    }
  };
};

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (bytes[0] & 0x80) ? ~0ull : 0;
  for (char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return static_cast<std::int64_t>(value);
}

struct Counts {
  std::size_t utc, standard, leaps, times, types, chars;
  std::size_t body(std::size_t time_size) const {
    return times * time_size + times + types * 6 + chars + leaps * (time_size + 4) + standard + utc;
  }
};

std::optional<Counts> read_header(std::string_view bytes) {
  if (bytes.size() < 44 || bytes.substr(0, 4) != "TZif") return std::nullopt;
  auto count = [&](int i) { return static_cast<std::size_t>(big_endian(bytes.substr(20 + 4 * i, 4)) & 0xffffffff); };
  Counts counts{count(0), count(1), count(2), count(3), count(4), count(5)};
  for (std::size_t n : {counts.utc, counts.standard, counts.leaps, counts.times, counts.types, counts.chars}) {
    if (n > 60000) return std::nullopt;
  }
  if (counts.types == 0) return std::nullopt;
  return counts;
}

int year_of(std::int64_t seconds) {
  const chr::sys_days day{chr::floor<chr::days>(chr::seconds{seconds})};
  return static_cast<int>(chr::year_month_day{day}.year());
}

/// Appends the steps of the footer's rule for 400 years after the last explicit one.
void extend(ZoneTable& table, const Footer& footer) {
  auto append = [&](std::int64_t at, int offset) {
    if (table.steps.size() > 1 && at <= table.steps.back().at) return;
    if (table.steps.back().offset != offset) table.steps.push_back({at, offset});
  };
  if (!footer.daylight) {
    if (table.steps.back().offset != footer.standard) {
      // Only a file without explicit steps says so; its rule then holds for all time.
      if (table.steps.size() == 1) table.steps[0].offset = footer.standard;
    }
    return;
  }
  const bool explicit_steps = table.steps.size() > 1;
  const int first = explicit_steps ? year_of(table.steps.back().at) : 1900;
  for (int year = first; year <= first + 401; ++year) {
    const auto start = Footer::instant_of(footer.start, year, footer.standard);
    const auto end = Footer::instant_of(footer.end, year, *footer.daylight);
    if (start < end) {
      append(start, *footer.daylight);
      append(end, footer.standard);
    } else {
      append(end, footer.standard);
      append(start, *footer.daylight);
    }
  }
  table.cycle_end = table.steps.back().at;
}

}  // namespace

void ZoneTable::make_buckets() {
  if (steps.size() < 2) return;
  bucket_base_ = steps[1].at;
  const auto count = ((steps.back().at - bucket_base_) >> kBucketBits) + 1;
  buckets_.resize(static_cast<std::size_t>(count));
  std::size_t i = 0;
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    const auto begin = bucket_base_ + (static_cast<std::int64_t>(b) << kBucketBits);
    while (i + 1 < steps.size() && steps[i + 1].at <= begin) ++i;
    buckets_[b] = static_cast<std::uint16_t>(i);
  }
}

Result<ZoneTable> read_tzif(std::string name, std::string_view bytes) {
  const Error corrupt{Errc::corrupt, "The time zone file of " + name + " is damaged: reinstall the package tzdata."};
  auto counts = read_header(bytes);
  if (!counts || bytes[4] < '2') return corrupt;  // Version 1 has 32-bit times and no footer.
  const std::size_t skip = 44 + counts->body(4);
  if (bytes.size() < skip) return corrupt;
  bytes.remove_prefix(skip);
  counts = read_header(bytes);
  if (!counts || bytes.size() < 44 + counts->body(8)) return corrupt;
  bytes.remove_prefix(44);

  const auto times = bytes.substr(0, counts->times * 8);
  const auto indexes = bytes.substr(counts->times * 8, counts->times);
  const auto types = bytes.substr(counts->times * 9, counts->types * 6);
  auto offset_of = [&](std::size_t type) { return static_cast<std::int32_t>(big_endian(types.substr(type * 6, 4))); };
  for (std::size_t type = 0; type < counts->types; ++type) {
    if (std::abs(offset_of(type)) > 26 * 3600) return corrupt;
  }

  ZoneTable table;
  table.name = std::move(name);
  table.steps.push_back({INT64_MIN, offset_of(0)});
  for (std::size_t i = 0; i < counts->times; ++i) {
    const auto type = static_cast<std::uint8_t>(indexes[i]);
    const auto at = big_endian(times.substr(i * 8, 8));
    if (type >= counts->types || (table.steps.size() > 1 && at <= table.steps.back().at)) return corrupt;
    if (at < -70'000'000'000 || at > 70'000'000'000) continue;  // "Big bang" entries of some compilers.
    if (offset_of(type) != table.steps.back().offset) table.steps.push_back({at, offset_of(type)});
  }

  bytes.remove_prefix(counts->body(8));
  if (bytes.size() >= 2 && bytes.front() == '\n') {
    bytes.remove_prefix(1);
    auto text = bytes.substr(0, bytes.find('\n'));
    if (!text.empty()) {
      auto footer = Footer::parse(text);
      if (!footer) return corrupt;
      extend(table, *footer);
    }
  }
  table.make_buckets();
  return table;
}

}  // namespace daybook::domain
