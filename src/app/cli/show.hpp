#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace daybook::app {

/// A task of the API as one line for a terminal; an instant in the zone of this process, as `date` shows it.
std::string task_line(const boost::json::value& task);

/// What the chat said, then what its cards show, one thing a line; without a last newline.
std::string answer_text(const boost::json::value& answer);

/// A member that is text, or "".
std::string text_of(const boost::json::value& object, const char* name);

}  // namespace daybook::app
