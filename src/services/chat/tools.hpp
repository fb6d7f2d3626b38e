#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "language/command/command.hpp"
#include "services/chat/knowledge.hpp"

namespace daybook::chat {

/// Something that an agent (a language model, or an MCP client) can have done: the same commands that sentences become,
/// so that an agent can do no more than the person whose token it carries.
struct Tool {
  std::string_view name;
  std::string_view description;
  std::string_view parameters;  ///< JSON Schema of the arguments.
  bool reads_only = false;
  bool destroys = false;
};
const std::vector<Tool>& tools();

/// The command that a call of a tool stands for. Ids must be among those of `known`: an agent cannot make them up.
/// Errors: invalid_argument naming what is wrong, in words that let the agent mend it; not_found for unknown tools.
Result<language::Command> command_of_tool(std::string_view name, const json::value& arguments, const Knowledge& known,
                                          const language::Now& now);

}  // namespace daybook::chat
