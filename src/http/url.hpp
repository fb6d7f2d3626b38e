#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::http {

/// Resolves "%41"; with `plus_is_space` also "+" (queries). nullopt when an escape is broken, or when the result holds
/// NUL or is not UTF-8: no resource or parameter of ours has such a name.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Encodes all but unreserved characters (RFC 3986, section 2.3), for path segments and query values alike.
std::string percent_encode(std::string_view text);

/// Calls `visit(name, value)` for each parameter of `query`, decoded; stops when it returns false. Parameters with
/// broken escapes are given with `value` nullopt. An empty query has none.
void for_each_parameter(std::string_view query,
                        const std::function<bool(std::string_view name, std::optional<std::string> value)>& visit);

}  // namespace daybook::http
