#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "domain/zone.hpp"

namespace daybook::app {

/// A task of the API as one line for a terminal, its times as the clocks of `zone` show them.
std::string task_line(const boost::json::value& task, const domain::Zone& zone);

/// What the chat said, then what its cards show, one thing a line; without a last newline.
std::string answer_text(const boost::json::value& answer, const domain::Zone& zone);

/// A member that is text, or "".
std::string text_of(const boost::json::value& object, const char* name);

}  // namespace daybook::app
