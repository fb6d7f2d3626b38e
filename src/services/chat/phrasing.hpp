#pragma once

#include <string>
#include <vector>

#include "domain/task.hpp"
#include "language/now.hpp"
#include "services/scheduler/client.hpp"

namespace daybook::chat {

/// Times and lists as a person would say them, in the person's own zone. Pure.

/// "today", "tomorrow", "Friday", "Friday 13 March", "13 March 2027".
std::string day_in_words(Date date, const language::Now& now);
/// "3 pm", "3:05 pm", "noon", "midnight".
std::string clock_in_words(std::chrono::minutes time_of_day);
/// "tomorrow at 3 pm".
std::string instant_in_words(Instant instant, const language::Now& now);
/// The same for either form; "" when unset.
std::string when_in_words(const domain::When& when, const language::Now& now);
/// "30 minutes", "2 hours", "1 day".
std::string length_in_words(std::chrono::seconds length);
/// "30 minutes before", "the day before at 6 pm", "at tomorrow at 9 am".
std::string reminder_in_words(const domain::ReminderRule& rule, const language::Now& now);
/// "every weekday at 9 am": of a series, in its own zone's wall clock as `now` shows it.
std::string rule_in_words(const scheduler::SeriesView& series, const language::Now& now);
/// "a", "a and b", "a, b and c".
std::string list_in_words(const std::vector<std::string>& items);
/// "1 task", "3 tasks".
std::string count_in_words(std::size_t n, const std::string& singular);
/// With a capital first, where it begins with an ASCII letter.
std::string capitalised(std::string words);
/// “Dentist”, in the quotes that the interface uses.
std::string quoted(std::string_view title);

}  // namespace daybook::chat
