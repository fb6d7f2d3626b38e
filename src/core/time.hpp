#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace daybook {

/// A moment in UTC with microseconds. Every stored and exchanged instant has this precision.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
/// A reading of a wall clock, in whole seconds, whose zone stands elsewhere (or nowhere: floating).
using LocalTime = std::chrono::local_seconds;
using Date = std::chrono::year_month_day;

/// "2026-03-04T09:00:00Z", with a fraction of 3 or 6 digits only where there is one (RFC 3339).
std::string format_rfc3339(Instant instant);
/// Parses RFC 3339 with any offset; a fraction beyond microseconds is cut off. Years 0001 to 9999.
/// Errors: invalid_argument.
Result<Instant> parse_rfc3339(std::string_view text);

/// "2026-03-04" (RFC 3339 full-date).
std::string format_date(Date date);
/// Errors: invalid_argument, also for a day that the month does not have.
Result<Date> parse_date(std::string_view text);

/// "2026-03-04T09:00:00", without offset.
std::string format_local(LocalTime time);
/// Takes "2026-03-04T09:00" too. Errors: invalid_argument.
Result<LocalTime> parse_local(std::string_view text);

/// ISO 8601 durations of whole seconds: "PT30M", "P1D", "P1W", "PT1H30M"; a day is 24 hours. Years and months,
/// which have no fixed length, are refused. Errors: invalid_argument.
Result<std::chrono::seconds> parse_duration(std::string_view text);
/// The shortest form without weeks: "PT30M", "P1D", "P1DT2H", "PT0M" for zero.
std::string format_duration(std::chrono::seconds duration);

inline std::int64_t to_micros(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant from_micros(std::int64_t micros) { return Instant{std::chrono::microseconds{micros}}; }

}  // namespace daybook
