#pragma once

#include <string>

#include "core/result.hpp"

namespace daybook::app {

/// Makes the folder (readable to its owner alone) where it is missing, and tries to write into it.
/// Errors: misconfigured (no right, a file in the way, read-only) or unavailable (disk full), each saying what to do.
Result<> prepare_data_folder(const std::string& path);

}  // namespace daybook::app
