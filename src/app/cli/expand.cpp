#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli/answer_lines.hpp"
#include "app/cli/cli.hpp"
#include "domain/expand_lines.hpp"
namespace daybook::app {

void add_expand(CLI::App& cli, Action& chosen) {
  auto* expand = cli.add_subcommand(
      "expand", "Read recurrence rules as JSON Lines on standard input; write when they happen (RFC 5545)");
  expand->callback([&chosen] {
    chosen = [] {
      std::ios::sync_with_stdio(false);
      return answer_lines(std::cin, std::cout, domain::answer_expand_question);
    };
  });
}

}  // namespace daybook::app
