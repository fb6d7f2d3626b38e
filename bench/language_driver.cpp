// Answers `parse --mode time` (the default) and `parse --mode command` on standard input, as the program does, without
// the rest of it: for scoring the language alone.

#include <iostream>
#include <string>
#include <string_view>

#include "language/command/command_lines.hpp"
#include "language/json_lines.hpp"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  bool commands = false;
  for (int i = 1; i < argc; ++i) commands = commands || std::string_view(argv[i]) == "command";
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << (commands ? daybook::language::answer_command_question(line)
                           : daybook::language::answer_time_question(line))
              << '\n';
  }
}
