#pragma once

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "language/lexer.hpp"
#include "language/time_reading.hpp"

namespace daybook::language {

/// The JSON form of one reading, without id.
boost::json::object time_answer(const TimeReading& reading, const Now& now, const Settings& settings);
/// The one time that a text is about: a repeat before a moment before a length, pieces that stand apart put together.
/// `alone`: the text holds nothing else.
std::optional<TimeReading> principal(const std::vector<TimeReading>& readings, const Now& now, const Settings& settings,
                                     bool alone);
/// The moment that lies `length` after now.
LocalTime advance(const Now& now, const Length& length);
bool stands_alone(const TokenList& tokens, const Span& span);

}  // namespace daybook::language
