#include "storage/postgres/migrations.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/cli.hpp"
#include "app/system/postgres_stores.hpp"

namespace daybook::app {

void add_migrate(CLI::App& cli, Action& chosen) {
  auto to = std::make_shared<std::string>();
  auto* migrate = cli.add_subcommand("migrate", "Bring a PostgreSQL database to this version's schema");
  migrate->add_option("--to", *to, "Its address: postgres://user@host/name")->required();
  migrate->callback([&chosen, to] {
    chosen = [to]() -> int {
      const auto ran = storage::postgres::migrate(*to, postgres_schemas());
      if (!ran) return report(ran.error());
      if (*ran == 0)
        std::puts("The schema is up to date.");
      else
        std::printf("%d steps ran.\n", *ran);
      return kExitOk;
    };
  });
}

}  // namespace daybook::app
