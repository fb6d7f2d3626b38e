#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "language/repeat_rule.hpp"

namespace daybook::language {

/// The repeat in plain English: "every other week on Monday and Friday at 9am until June 30, 2026". Reading the words
/// gives the same rule, for every rule that the readings of this module can hold.
std::string describe(const RepeatRule& rule);

/// The same for the text of an RRULE (the time of day may stand in BYHOUR or, unsaid, in DTSTART).
/// Errors: invalid_argument if it is no RRULE, or one that repeats in a way without plain words.
Result<std::string> describe_rrule(std::string_view rrule);

/// Takes the parts of RFC 5545 that RepeatRule has. Errors: invalid_argument.
Result<RepeatRule> parse_repeat_rule(std::string_view rrule);

}  // namespace daybook::language
