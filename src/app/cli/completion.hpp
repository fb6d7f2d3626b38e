#pragma once

#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the library names it.
class App;
}

namespace daybook::app {

/// A script that teaches `shell` (bash, zsh or fish) the commands and options of `cli`; empty for another shell. Made
/// from the command line's own description, so that it knows no more and no less than --help.
std::string completion_script(const CLI::App& cli, std::string_view shell);

}  // namespace daybook::app
