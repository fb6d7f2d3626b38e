#pragma once

#include <string>

#include "domain/series.hpp"

namespace daybook::scheduler {

/// A series' rule in words ("every month on the 31st at 9am, or the last day of a shorter month"): those that the
/// language reads, so that saying them again means the same. The rule itself where it has no plain words.
std::string describe(const domain::Series& series);

}  // namespace daybook::scheduler
