#pragma once

#include <string>
#include <string_view>

namespace daybook::language {

/// Answers one line of `daybook parse --mode time`: {"id","text","ref","tz","settings","opts"?} gives
/// {"id","kind":"instant|interval|recurrence|duration|none", …}. A line that is not such a question gives
/// {"id":null,"error":"…"}, never an exception.
std::string answer_time_question(std::string_view json_line);

}  // namespace daybook::language
