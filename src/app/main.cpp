#include "app/cli/cli.hpp"

int main(int argc, char** argv) { return daybook::app::run_cli(argc, argv); }
