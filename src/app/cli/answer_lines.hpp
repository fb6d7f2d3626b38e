#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace daybook::app {

/// Answers each non-empty line of `in` with one line on `out`. Answers are passed on as soon as no further question is
/// waiting, so that another program may hold a conversation over two pipes. Returns an exit code.
int answer_lines(std::istream& in, std::ostream& out, const std::function<std::string(std::string_view)>& answer);

}  // namespace daybook::app
