#pragma once

#include <string>

#include "domain/zone.hpp"

namespace daybook::domain {

/// "Thu 5 Mar 2026, 15:45", as a person in that zone would read it.
std::string format_for_people(Instant instant, const Zone& zone);

}  // namespace daybook::domain
