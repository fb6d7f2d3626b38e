#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "language/command/sentence.hpp"

namespace daybook::language::chat {

/// Up to three other things that `text` could mean than `best`, the likelier first. Each differs from the others and
/// from `best` in more than its words. Costs several readings of the text.
std::vector<Command> other_readings(std::string_view text, const Now& now, const Settings& settings,
                                    const Context& context, const Command& best);

/// "call Bob at 9 or 10", "move it to Monday or Tuesday": a question with both readings, whose options are what would
/// have said each; nullopt where no time is left to choose.
std::optional<Command> read_choice(Sentence& sentence);

}  // namespace daybook::language::chat
