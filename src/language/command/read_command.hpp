#pragma once

#include <cstdint>
#include <string_view>

#include "language/command/command.hpp"
#include "language/command/context.hpp"
#include "language/now.hpp"
#include "language/settings.hpp"

namespace daybook::language {

enum class Alternatives : std::uint8_t {
  if_alike,  ///< Only those of a question between two readings.
  wanted,    ///< Also the second best, for a preview: several times the work.
};

/// What `text` asks for, said at `now` after the turns of `context`. Never fails: what makes no sense is
/// Intent::none, what could be several things Intent::clarify. Deterministic, without I/O; time is linear in the length
/// of the text times the number of tasks in the context.
Command read_command(std::string_view text, const Now& now, const Settings& settings, const Context& context,
                     Alternatives alternatives = Alternatives::if_alike);

}  // namespace daybook::language
