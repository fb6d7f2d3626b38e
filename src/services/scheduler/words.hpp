#pragma once

#include <string>

#include "domain/series.hpp"

namespace daybook::scheduler {

/// A series' rule in plain words ("every month on the 31st, or the last day of a shorter month"). The composition root
/// may give the module another describer (Module's `describe`).
std::string describe_plainly(const domain::Series& series);

}  // namespace daybook::scheduler
