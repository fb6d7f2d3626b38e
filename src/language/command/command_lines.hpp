#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "language/command/context.hpp"

namespace daybook::language {

/// Answers one line of `daybook parse --mode command`: {"id","text","ref","tz","settings","context"?,"opts"?} gives
/// {"id","reading":{…}}. A line that is not such a question gives {"id":…,"error":"…"}, never an exception.
std::string answer_command_question(std::string_view json_line);

/// The turns of a conversation in their JSON form; unknown ones are passed over.
Context context_of(const json::array& turns, const Now& now);

}  // namespace daybook::language
