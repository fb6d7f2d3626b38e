#include "app/cli/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace daybook::app {

std::string read_secret(const std::string& question) {
  std::string secret;
  termios before{};
  const bool terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    std::cerr << question << std::flush;
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::getline(std::cin, secret);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
  }
  return secret;
}

}  // namespace daybook::app
