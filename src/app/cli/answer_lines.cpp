#include "app/cli/answer_lines.hpp"

#include <istream>
#include <ostream>

#include "app/cli/cli.hpp"

namespace daybook::app {

int answer_lines(std::istream& in, std::ostream& out, const std::function<std::string(std::string_view)>& answer) {
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    out << answer(line) << '\n';
    if (in.rdbuf()->in_avail() <= 0) out.flush();
  }
  out.flush();
  return out ? kExitOk : kExitFailed;
}

}  // namespace daybook::app
