#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook::domain {

struct ZoneTable;

/// What became of a wall-clock reading on its way to an instant (design, rule 6).
enum class LocalKind {
  unique,
  skipped,  ///< The clock jumped over it: moved forward by the length of the gap.
  doubled,  ///< The clock showed it twice: the first is meant.
};

struct ResolvedTime {
  Instant instant{};
  LocalKind kind = LocalKind::unique;
  std::chrono::seconds offset{};  ///< East of UTC, in force at `instant`.
};

/// A change of the clocks: at `at` the offset goes from `before` to `after`.
struct ZoneTransition {
  Instant at{};
  std::chrono::seconds before{};
  std::chrono::seconds after{};
};

/// A time zone: an IANA name or a fixed offset. As cheap to copy as a pointer; conversions cost some nanoseconds and
/// hold for any year (past the system database's last entry by the zone's standing rule). Thread-safe.
class Zone {
 public:
  Zone();  ///< UTC.

  /// "Europe/Berlin" (upper and lower case do not matter), "UTC", "Z", "+05:30", "UTC-3". The first use of a name reads
  /// its file from the system's database; later ones are a look-up. Errors: invalid_argument.
  static Result<Zone> locate(std::string_view name);
  /// |offset| at most 26 hours, in whole minutes; others are rounded towards zero.
  static Zone fixed(std::chrono::seconds offset);
  /// Makes `name` stand for this TZif data (RFC 8536) from now on; zones located before keep the old. For tests of laws
  /// that change, and for systems without a database. Errors: corrupt.
  static Result<Zone> install(std::string name, std::string_view tzif);

  const std::string& name() const;
  bool is_fixed() const;

  ResolvedTime to_instant(LocalTime local) const;
  /// Cuts a fraction of a second off, towards the past.
  LocalTime to_local(Instant instant) const;
  std::chrono::seconds offset_at(Instant instant) const;
  /// First change of the offset strictly after `after`; nullopt when there is none (or none within 400 years).
  std::optional<ZoneTransition> next_transition(Instant after) const;

  friend bool operator==(const Zone& a, const Zone& b) { return a.table_ == b.table_; }

 private:
  explicit Zone(const ZoneTable* table) : table_(table) {}
  const ZoneTable* table_;
};

/// "2026-03-04T09:00:00+05:30"; "Z" when the offset is zero.
std::string format_with_offset(Instant instant, const Zone& zone);

/// "2026f", or "unknown". Stored beside derived instants, so that they can be recomputed when the data changes.
const std::string& tzdb_version();
/// Every name that `Zone::locate` takes from the database, sorted; links included.
const std::vector<std::string>& zone_names();

}  // namespace daybook::domain
