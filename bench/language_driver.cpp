// Answers `parse --mode time` on standard input, as the program does, for scoring the language alone.

#include <iostream>
#include <string>

#include "language/json_lines.hpp"

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << daybook::language::answer_time_question(line) << '\n';
}
