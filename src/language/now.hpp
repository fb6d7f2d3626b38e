#pragma once

#include <chrono>
#include <optional>

#include "core/time.hpp"
#include "domain/zone.hpp"

namespace daybook::language {

/// The moment that a text was said, and where.
class Now {
 public:
  Now(Instant instant, domain::Zone zone);

  Instant instant() const { return instant_; }
  const domain::Zone& zone() const { return zone_; }
  LocalTime local() const { return local_; }  ///< To the second.
  std::chrono::local_days today() const { return std::chrono::floor<std::chrono::days>(local_); }

  /// What the clock of the zone shows at `instant`, and back (a skipped time moves forward, a doubled one is the
  /// first).
  LocalTime to_local(Instant instant) const;
  Instant to_instant(LocalTime local) const;

 private:
  Instant instant_;
  domain::Zone zone_;
  LocalTime local_;
};

}  // namespace daybook::language
