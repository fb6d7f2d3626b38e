#pragma once

#include <string>
#include <string_view>

namespace daybook::domain {

/// Answers one line of `daybook expand`: {"id","dtstart","tz","rrule","exdate"?,"rdate"?,"monthEnd"?,"limit"?} gives
/// {"id","occurrences":[…]} or {"id","error":"…"}. A dtstart that is a date gives dates, one without a zone local
/// times, others ISO 8601 with offset. `limit` is 1000 unless given, 100,000 at most.
std::string answer_expand_question(std::string_view json_line);

}  // namespace daybook::domain
