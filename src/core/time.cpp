#include "core/time.hpp"

#include <charconv>
#include <cstdio>

namespace daybook {
namespace {

using namespace std::chrono;

Error bad(std::string_view what, std::string_view text) {
  return {Errc::invalid_argument, "'" + std::string(text.substr(0, 64)) + "' is not " + std::string(what)};
}

/// Reads exactly `digits` digits at `at`; -1 if they are not there.
int read_digits(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct ClockReading {
  seconds time_of_day;
  std::size_t end;
};

/// "HH:MM[:SS]" at `at`; a leap second reads as the second before it, since no zone rule ever names one.
std::optional<ClockReading> read_clock(std::string_view text, std::size_t at, bool seconds_required) {
  const int hour = read_digits(text, at, 2), minute = read_digits(text, at + 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[at + 2] != ':') return std::nullopt;
  std::size_t end = at + 5;
  int second = 0;
  if (end < text.size() && text[end] == ':') {
    second = read_digits(text, end + 1, 2);
    if (second < 0 || second > 60) return std::nullopt;
    if (second == 60) second = 59;
    end += 3;
  } else if (seconds_required) {
    return std::nullopt;
  }
  return ClockReading{hours{hour} + minutes{minute} + seconds{second}, end};
}

std::optional<Date> read_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int y = read_digits(text, 0, 4), m = read_digits(text, 5, 2), d = read_digits(text, 8, 2);
  if (y < 1 || m < 0 || d < 0) return std::nullopt;
  const Date date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

}  // namespace

std::string format_date(Date date) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(date.year()) % 10000,
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return buffer;
}

Result<Date> parse_date(std::string_view text) {
  const auto date = read_date(text);
  if (!date || text.size() != 10) return bad("a date such as 2026-03-04", text);
  return *date;
}

std::string format_local(LocalTime time) {
  const auto day = floor<days>(time);
  const hh_mm_ss clock{time - day};
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return format_date(Date{day}) + buffer;
}

Result<LocalTime> parse_local(std::string_view text) {
  const auto date = read_date(text);
  if (!date || text.size() < 16 || (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
    return bad("a local time such as 2026-03-04T09:00", text);
  const auto clock = read_clock(text, 11, false);
  if (!clock || clock->end != text.size()) return bad("a local time such as 2026-03-04T09:00", text);
  return local_days{*date} + clock->time_of_day;
}

std::string format_rfc3339(Instant instant) {
  const auto day = floor<days>(instant);
  const hh_mm_ss clock{instant - day};
  const auto micros = static_cast<int>(clock.subseconds().count());
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  std::string out = format_date(Date{day}) + buffer;
  if (micros != 0) {
    if (micros % 1000 == 0)
      std::snprintf(buffer, sizeof buffer, ".%03d", micros / 1000);
    else
      std::snprintf(buffer, sizeof buffer, ".%06d", micros);
    out += buffer;
  }
  return out + 'Z';
}

Result<Instant> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kWanted = "an RFC 3339 time such as 2026-03-04T09:00:00Z";
  const auto date = read_date(text);
  if (!date || text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return bad(kWanted, text);
  const auto clock = read_clock(text, 11, true);
  if (!clock) return bad(kWanted, text);
  std::size_t at = clock->end;
  microseconds fraction{0};
  if (at < text.size() && text[at] == '.') {
    std::int64_t value = 0, scale = 1'000'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      if (scale > 1) value = value * 10 + (text[at] - '0'), scale /= 10;
    if (at == first) return bad(kWanted, text);
    fraction = microseconds{value * scale};
  }
  if (at >= text.size()) return bad(kWanted, text);
  minutes offset{0};
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else if (text[at] == '+' || text[at] == '-') {
    const int h = read_digits(text, at + 1, 2), m = read_digits(text, at + 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || text[at + 3] != ':') return bad(kWanted, text);
    offset = hours{h} + minutes{m};
    if (text[at] == '-') offset = -offset;
    at += 6;
  } else {
    return bad(kWanted, text);
  }
  if (at != text.size()) return bad(kWanted, text);
  return Instant{sys_days{*date} + clock->time_of_day + fraction - offset};
}

Result<seconds> parse_duration(std::string_view text) {
  constexpr std::string_view kWanted = "an ISO 8601 duration such as PT30M, PT1H30M or P1D";
  if (text.size() < 3 || text.size() > 32 || text[0] != 'P') return bad(kWanted, text);
  std::int64_t total = 0;
  bool in_time = false, any = false;
  int last_rank = 0;  // The designators come in this order, each once: W, D, T, H, M, S.
  for (std::size_t i = 1; i < text.size();) {
    if (text[i] == 'T') {
      if (in_time) return bad(kWanted, text);
      in_time = true, any = false, ++i;
      continue;
    }
    std::int64_t number = 0;
    auto [end, failure] = std::from_chars(text.data() + i, text.data() + text.size(), number);
    i = static_cast<std::size_t>(end - text.data());
    if (failure != std::errc{} || number < 0 || number > 4'000'000'000 || i >= text.size()) return bad(kWanted, text);
    int rank = 0;
    std::int64_t unit = 0;
    switch (text[i++]) {
      case 'W':
        rank = in_time ? 0 : 1, unit = 7 * 86400;
        break;
      case 'D':
        rank = in_time ? 0 : 2, unit = 86400;
        break;
      case 'H':
        rank = in_time ? 3 : 0, unit = 3600;
        break;
      case 'M':
        rank = in_time ? 4 : 0, unit = 60;
        break;
      case 'S':
        rank = in_time ? 5 : 0, unit = 1;
        break;
      default:
        break;
    }
    if (rank <= last_rank) return bad(kWanted, text);
    last_rank = rank, any = true;
    total += number * unit;
  }
  if (!any || total > 100LL * 366 * 86400) return bad(kWanted, text);
  return seconds{total};
}

std::string format_duration(seconds duration) {
  if (duration.count() < 0) return "-" + format_duration(-duration);
  const auto total = duration.count();
  const auto d = total / 86400, h = total / 3600 % 24, m = total / 60 % 60, s = total % 60;
  if (total == 0) return "PT0M";
  std::string out = "P";
  if (d) out += std::to_string(d) + 'D';
  if (h || m || s) out += 'T';
  if (h) out += std::to_string(h) + 'H';
  if (m) out += std::to_string(m) + 'M';
  if (s) out += std::to_string(s) + 'S';
  return out;
}

}  // namespace daybook
