#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace daybook::gateway {

enum class Access {
  open,      ///< Anybody.
  optional,  ///< Anybody; who is signed in is made known.
  user,      ///< A signed-in user or a token.
};

/// Where a public path goes.
struct Target {
  std::string_view app_id;  ///< "tasks"; "gateway" for our own.
  std::string_view area;    ///< Of a scope: "tasks" of "tasks:read".
  Access access = Access::user;
  std::string path;            ///< After the alias was resolved.
  std::optional<UserId> user;  ///< Named by an alias path; must be the caller.
};

/// Nullopt: nothing is served there. Internal paths of services are never among the targets.
std::optional<Target> resolve(std::string_view path);

}  // namespace daybook::gateway
