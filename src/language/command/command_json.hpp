#pragma once

#include "core/json.hpp"
#include "language/command/command.hpp"

namespace daybook::language {

/// The reading as `daybook parse` and POST /api/v1/parse give it: only what was said, in the keys of docs/language.md.
/// `with_spans` adds `spans`, `confidence` and `alternatives`.
json::object to_json(const Command& command, const Now& now, bool with_spans);

}  // namespace daybook::language
