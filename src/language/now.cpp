#include "language/now.hpp"

#include <utility>

namespace daybook::language {

Now::Now(Instant instant, domain::Zone zone)
    : instant_(instant), zone_(std::move(zone)), local_(zone_.to_local(instant)) {}

LocalTime Now::to_local(Instant instant) const { return zone_.to_local(instant); }
Instant Now::to_instant(LocalTime local) const { return zone_.to_instant(local).instant; }

}  // namespace daybook::language
