#include "app/cli/cli.hpp"

int main(int argc, char** argv) {
  daybook::SystemClock clock;
  return daybook::app::run_cli(argc, argv, {clock, {}});
}
