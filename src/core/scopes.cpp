#include "core/scopes.hpp"

namespace daybook {

Result<> check_scope(const Principal& principal, std::string_view area, bool writes) {
  if (principal.scopes.empty()) return {};
  const std::string write = std::string(area) + ":write", read = std::string(area) + ":read";
  for (const auto& scope : principal.scopes)
    if (scope == write || (!writes && scope == read)) return {};
  return Error{Errc::forbidden, "This token needs the scope " + (writes ? write : read) + ".", "insufficient-scope"};
}

}  // namespace daybook
