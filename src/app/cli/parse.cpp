#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli/answer_lines.hpp"
#include "app/cli/cli.hpp"
#include "language/command/command_lines.hpp"
#include "language/json_lines.hpp"

namespace daybook::app {

void add_parse(CLI::App& cli, Action& chosen) {
  auto* parse = cli.add_subcommand("parse", "Read phrases as JSON Lines on standard input; write what they mean");
  auto mode = std::make_shared<std::string>("command");
  parse->add_option("--mode", *mode, "time: a phrase about time; command: a sentence said to the chat")
      ->check(CLI::IsMember({"time", "command"}))
      ->capture_default_str();
  parse->callback([&chosen, mode] {
    chosen = [mode] {
      std::ios::sync_with_stdio(false);
      return answer_lines(std::cin, std::cout,
                          *mode == "time" ? language::answer_time_question : language::answer_command_question);
    };
  });
}

}  // namespace daybook::app
