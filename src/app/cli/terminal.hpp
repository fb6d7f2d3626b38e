#pragma once

#include <string>

namespace daybook::app {

/// Asks on the terminal without showing what is typed; without a terminal, the first line of standard input.
std::string read_secret(const std::string& question);

}  // namespace daybook::app
