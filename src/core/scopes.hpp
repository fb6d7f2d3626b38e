#pragma once

#include <string_view>

#include "core/principal.hpp"
#include "core/result.hpp"

namespace daybook {

/// What an API token may do is listed as "<area>:read" and "<area>:write", which includes reading; without a list it
/// may do everything. Errors: forbidden (slug "insufficient-scope"), naming the scope that is missing.
Result<> check_scope(const Principal& principal, std::string_view area, bool writes);

}  // namespace daybook
