#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace daybook::notifier {

/// A person's URL taken apart for http::Client.
struct TargetUrl {
  std::string origin;  ///< "https://example.org:8443"
  std::string path;    ///< "/hook", at least "/".
  std::string query;   ///< Without "?".
};

/// Whether people may send to addresses inside the operator's network. A laptop may; a shared server must not, or any
/// user could reach what only the server can.
enum class PrivateTargets { allow, refuse };

/// Takes an http or https URL apart. Errors: unprocessable saying what is wrong with it.
Result<TargetUrl> parse_target(std::string_view url, PrivateTargets private_targets);

}  // namespace daybook::notifier
