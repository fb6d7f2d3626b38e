#include "storage/postgres/migrations.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/cli.hpp"
#include "app/promote/promotion.hpp"
#include "app/system/postgres_stores.hpp"
#include "services/gateway/postgres_stream_log.hpp"

namespace daybook::app {

namespace {

int bring_up_to_date(const std::string& to, bool new_epoch) {
  const auto ran = storage::postgres::migrate(to, postgres_schemas());
  if (!ran) return report(ran.error());
  if (new_epoch) {
    const auto begun = storage::postgres::run_statements(to, gateway::kNewStreamEpoch);
    if (!begun) return report(begun.error());
    std::puts("A new epoch of the stream: screens load everything anew.");
  }
  if (*ran == 0)
    std::puts("The schema is up to date.");
  else
    std::printf("%d steps ran.\n", *ran);
  return kExitOk;
}

int move_here(const std::string& from, const std::string& to) {
  PromotionOptions options;
  options.from = from;
  options.to = to;
  options.progress = [](const std::string& table, std::int64_t rows) {
    if (rows % 10'000 == 0) std::fprintf(stderr, "%s: %lld rows\n", table.c_str(), static_cast<long long>(rows));
  };
  const auto promotion = promote(options);
  if (!promotion) return report(promotion.error());
  if (promotion->was_done_before) {
    std::puts("This was moved before; nothing was changed.");
    return kExitOk;
  }
  for (const auto& table : promotion->tables)
    std::printf("%-28s %10lld rows  %s\n", table.name.c_str(), static_cast<long long>(table.sum.rows),
                table.sum.str().c_str());
  std::printf("Moved, and compared row by row. %lld events wait to be published. Screens load everything anew.\n",
              static_cast<long long>(promotion->events));
  return kExitOk;
}

}  // namespace

void add_migrate(CLI::App& cli, Action& chosen) {
  auto from = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto new_epoch = std::make_shared<bool>(false);
  auto* migrate = cli.add_subcommand("migrate", "Bring a PostgreSQL database to this version's schema");
  migrate->add_option("--from", *from, "Move everything there from this daybook.db, of a server that is stopped");
  migrate->add_option("--to", *to, "Its address: postgres://user@host/name")->required();
  migrate->add_flag("--new-epoch", *new_epoch,
                    "After a restore: places in the stream from before mean nothing any more");
  migrate->callback([&chosen, from, to, new_epoch] {
    chosen = [from, to, new_epoch]() -> int {
      return from->empty() ? bring_up_to_date(*to, *new_epoch) : move_here(*from, *to);
    };
  });
}

}  // namespace daybook::app
