#include "app/promote/promotion.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "app/system/postgres_stores.hpp"
#include "app/system/sqlite_files.hpp"
#include "core/fault_point.hpp"
#include "services/gateway/postgres_stream_log.hpp"
#include "services/tasks/postgres_text.hpp"
#include "services/tasks/sqlite_text.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace postgres = storage::postgres;
namespace sqlite = storage::sqlite;
using asio::awaitable;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Writer;

constexpr std::string_view kText = "tasks_text";

/// Tables that are no service's own, and what becomes of them. The log itself stays: its events were seen, but for
/// those that go to the outboxes; what screens resume from begins anew (design, rule 10).
const std::set<std::string, std::less<>> kShared = {"event_log", "event_sequence", "event_epoch",     "event_group",
                                                    "inbox",     "dead_letter",    "schema_migration"};

/// A table with the file that it comes from and the service that it goes to.
struct Move {
  Table table;
  sqlite::Database* file = nullptr;
  std::string service;
};

std::string name_of(const Move& move) {
  const bool shared = kShared.contains(move.table.name);
  return shared ? move.service + "." + move.table.name
                : move.service + "." + move.table.name.substr(move.service.size() + 1);
}

/// What goes to a service's own copy of a table that all share in the file.
std::string part_of(const std::string& table, const std::string& service) {
  if (table == "event_sequence") return "source = '/daybook/" + service + "'";
  return "(consumer = '" + service + "' OR consumer LIKE '" + service + ".%')";
}

Kind kind_of(std::string_view type) {
  if (type == "bigint" || type == "integer" || type == "smallint") return Kind::integer;
  if (type == "double precision" || type == "real") return Kind::real;
  return type == "uuid" || type == "bytea" ? Kind::bytes : Kind::text;
}

class Promoter {
 public:
  Promoter(const PromotionOptions& options, SqliteFiles files)
      : options_(options), files_(std::move(files)), pool_(loop_.get_executor(), pool_options(options)) {
    for (const auto& schema : postgres_schemas())
      services_.emplace(schema.service, std::make_unique<postgres::Database>(pool_, schema.service));
  }
  ~Promoter() {
    loop_.restart();
    asio::co_spawn(loop_, pool_.stop(), [](std::exception_ptr) {});
    loop_.run();
    files_.database->stop();
    files_.history->stop();
  }

  awaitable<Result<Promotion>> run() {
    Promotion out;
    auto source =
        co_await read(*files_.database, [](Reader& db) -> Result<std::string> { return sqlite::event_epoch(db).name; });
    if (!source) co_return source.error();
    auto moves = co_await plan();
    if (!moves) co_return moves.error();
    const auto begun = co_await begin(*source, *moves);
    if (!begun) co_return begun.error();
    if (*begun) {
      out.was_done_before = true;
      co_return out;
    }
    for (const auto& move : *moves) {
      auto copied = move.table.name == kText ? co_await copy_text(move) : co_await copy(move);
      if (!copied) co_return at(move, copied.error());
    }
    for (const auto& move : *moves) {
      auto sum = co_await compare(move);
      if (!sum) co_return at(move, sum.error());
      out.tables.push_back({name_of(move), *sum});
    }
    auto events = co_await finish(*source);
    if (!events) co_return events.error();
    out.events = *events;
    co_return out;
  }

  Result<Promotion> run_to_the_end() {
    std::optional<Result<Promotion>> result;
    std::string thrown;
    asio::co_spawn(loop_, run(), [&](std::exception_ptr failure, Result<Promotion> done) {
      try {
        if (failure) std::rethrow_exception(failure);
        result = std::move(done);
      } catch (const std::exception& error) {
        thrown = error.what();
      }
    });
    loop_.run();
    if (!thrown.empty()) return Error{Errc::internal, thrown};
    return std::move(*result);
  }

 private:
  static postgres::PoolOptions pool_options(const PromotionOptions& options) {
    postgres::PoolOptions out;
    out.session.url = options.to;
    out.session.statement_timeout = std::chrono::minutes{10};
    out.size = 2;
    return out;
  }
  static Error at(const Move& move, const Error& error) { return {error.code, name_of(move) + ": " + error.detail}; }

  template <class F>
  awaitable<std::invoke_result_t<F&, Reader&>> read(storage::sql::Database& from, F query) {
    co_return co_await from.read(std::move(query));
  }
  postgres::Database& of(const std::string& service) { return *services_.at(service); }

  /// Which tables there are, from the files; their columns must be the database's too.
  awaitable<Result<std::vector<Move>>> plan() {
    std::vector<Move> moves;
    for (auto* file : {files_.database.get(), files_.history.get()}) {
      const auto names = co_await read(*file, [](Reader& db) -> Result<std::vector<std::string>> {
        std::vector<std::string> out;
        auto rows = db.query(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
            "ORDER BY name");
        while (rows.step()) out.emplace_back(rows.text(0));
        return out;
      });
      if (!names) co_return names.error();
      for (const auto& name : *names) {
        const bool split = name == "inbox" || name == "event_sequence" || name == "dead_letter";
        bool known = kShared.contains(name);
        for (const auto& [service, database] : services_) {
          const bool own = !kShared.contains(name) && name.starts_with(service + "_");
          known = known || own;
          // Only what the service's own file says of it.
          const bool here = (service == "audit" || service == "analytics") == (file == files_.history.get());
          if (!own && !(split && here && service != "gateway")) continue;
          Move move{{name, {}, {}, {}, own ? std::string() : part_of(name, service)}, file, service};
          if (auto described = co_await describe(move); !described) co_return at(move, described.error());
          moves.push_back(std::move(move));
        }
        if (!known)
          co_return Error{Errc::unsupported, file->path() + " has a table '" + name +
                                                 "' of which this program does not know where it belongs"};
      }
    }
    co_return moves;
  }

  awaitable<Result<>> describe(Move& move) {
    auto own = [name = move.table.name](Reader& db) -> Result<std::vector<std::pair<std::string, std::int64_t>>> {
      std::vector<std::pair<std::string, std::int64_t>> out;
      auto rows = db.query("SELECT name, pk FROM pragma_table_info(?)", name);
      while (rows.step()) out.emplace_back(rows.text(0), rows.integer(1));
      return out;
    };
    const auto columns = co_await move.file->read(std::move(own));
    if (!columns) co_return columns.error();
    const bool shared = kShared.contains(move.table.name);
    auto theirs = [schema = move.service,
                   name = shared ? move.table.name : move.table.name.substr(move.service.size() + 1)](
                      Reader& db) -> Result<std::map<std::string, std::string>> {
      std::map<std::string, std::string> out;
      auto rows = db.query(
          "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = ? AND "
          "table_name = ?",
          schema, name);
      while (rows.step()) out.emplace(rows.text(0), rows.text(1));
      return out;
    };
    const auto types = co_await of(move.service).read(std::move(theirs));
    if (!types) co_return types.error();
    std::map<std::int64_t, std::size_t> key;
    for (const auto& [name, place] : *columns) {
      const auto type = types->find(name);
      if (type == types->end()) co_return Error{Errc::unsupported, "PostgreSQL has no column '" + name + "'"};
      if (place > 0) key[place] = move.table.columns.size();
      move.table.columns.push_back(name);
      move.table.kinds.push_back(kind_of(type->second));
    }
    for (const auto& [place, column] : key) move.table.key.push_back(column);
    if (move.table.key.empty()) co_return Error{Errc::unsupported, "the table has no primary key"};
    co_return Result<>{};
  }

  /// Marks the database as this promotion's; true if that was finished already.
  awaitable<Result<bool>> begin(std::string source, const std::vector<Move>& moves) {
    std::string tables;
    for (const auto& move : moves)
      tables += (tables.empty() ? "" : " UNION ALL ") +
                ("SELECT '" + name_of(move) + "' AS name WHERE EXISTS (SELECT 1 FROM " + name_of(move)) + ")";
    auto change = [source, sql = "SELECT name FROM (" + tables + ") AS t LIMIT 1"](Writer& db) -> Result<bool> {
      db.run("LOCK TABLE daybook.promotion IN EXCLUSIVE MODE");
      auto marks = db.query(
          "SELECT source, done_at IS NOT NULL, to_char(coalesce(done_at, began_at), "
          "'YYYY-MM-DD HH24:MI') FROM daybook.promotion");
      bool mine = false;
      while (marks.step()) {
        if (marks.text(0) == source && marks.integer(1) != 0) return true;
        mine = marks.text(0) == source;
        if (!mine)
          return Error{Errc::conflict, "the database holds another Daybook that was moved here on " +
                                           std::string(marks.text(2)) + ": name an empty one"};
      }
      if (mine) return false;
      auto filled = db.query(sql);
      if (filled.step())
        return Error{Errc::conflict,
                     "the database has data already (in " + std::string(filled.text(0)) + "): name an empty one"};
      db.run("INSERT INTO daybook.promotion (source) VALUES (?)", source);
      return false;
    };
    co_return co_await of("tasks").write(Lane::foreground, std::move(change));
  }

  awaitable<Result<>> copy(const Move& move) {
    const auto& table = move.table;
    Table whole = table;
    whole.only.clear();
    const auto target = std::make_shared<const Table>(std::move(whole));
    auto last = [target](Reader& db) -> Result<std::optional<Row>> { return last_row(db, *target); };
    auto after = co_await of(move.service).read(std::move(last));
    if (!after) co_return after.error();
    std::int64_t moved = 0;
    for (;;) {
      auto page = [table, at = *after, limit = options_.batch](Reader& db) -> Result<std::vector<Row>> {
        return read_rows(db, table, at, limit);
      };
      auto rows = co_await move.file->read(std::move(page));
      if (!rows) co_return rows.error();
      if (rows->empty()) break;
      *after = rows->back();
      moved += static_cast<std::int64_t>(rows->size());
      const bool end = static_cast<int>(rows->size()) < options_.batch;
      const auto batch = std::make_shared<const std::vector<Row>>(std::move(*rows));
      auto insert = [target, batch](Writer& db) -> Result<> {
        for (const auto& row : *batch) insert_row(db, *target, row);
        return {};
      };
      if (auto done = co_await of(move.service).write(Lane::foreground, std::move(insert)); !done) co_return done;
      fault_point("promotion.batch");
      if (options_.progress) options_.progress(name_of(move), moved);
      if (end) break;
    }
    co_return Result<>{};
  }

  /// SQLite keeps the search lines of neighbouring tasks in one row, PostgreSQL each in its own with its tokens.
  awaitable<Result<>> copy_text(const Move& move) {
    auto last = [](Reader& db) -> Result<std::int64_t> {
      auto row = db.query("SELECT coalesce(max(key), 0) FROM tasks_text");
      row.step();
      return row.integer(0);
    };
    const auto moved = co_await of(move.service).read(std::move(last));
    if (!moved) co_return moved.error();
    auto after = *moved == 0 ? std::int64_t{-1} : tasks::text_row_of(*moved);
    for (;;) {
      auto page = co_await read_lines(*move.file, after);
      if (!page) co_return page.error();
      if (page->lines.empty()) break;
      after = page->last;
      const auto batch = std::make_shared<const Lines>(std::move(page->lines));
      auto insert = [batch](Writer& db) -> Result<> {
        for (const auto& [key, line] : *batch) tasks::add_postgres_text(db, key, line);
        return {};
      };
      if (auto done = co_await of(move.service).write(Lane::foreground, std::move(insert)); !done) co_return done;
      fault_point("promotion.batch");
    }
    co_return Result<>{};
  }

  using Lines = std::vector<std::pair<std::int64_t, std::string>>;
  struct LinePage {
    Lines lines;
    std::int64_t last = 0;
  };
  awaitable<Result<LinePage>> read_lines(sqlite::Database& file, std::int64_t after) {
    auto query = [after, limit = std::max(1, options_.batch / 32)](Reader& db) -> Result<LinePage> {
      LinePage out{{}, after};
      auto rows = db.query("SELECT key, text FROM tasks_text WHERE key > ? ORDER BY key LIMIT ?", after, limit);
      bool any = false;
      while (rows.step()) {
        any = true;
        out.last = rows.integer(0);
        for (auto& line : tasks::unpack_text_row(out.last, rows.text(1))) out.lines.push_back(std::move(line));
      }
      // Rows whose tasks were all purged hold nothing: look behind them.
      while (any && out.lines.empty()) {
        any = false;
        auto next = db.query("SELECT key, text FROM tasks_text WHERE key > ? ORDER BY key LIMIT 1", out.last);
        if (!next.step()) break;
        any = true;
        out.last = next.integer(0);
        for (auto& line : tasks::unpack_text_row(out.last, next.text(1))) out.lines.push_back(std::move(line));
      }
      return out;
    };
    co_return co_await file.read(std::move(query));
  }

  awaitable<Result<Checksum>> compare(const Move& move) {
    Checksum theirs;
    Table whole = move.table;
    whole.only.clear();
    auto added = co_await add_rows(of(move.service), whole, theirs);
    if (!added) co_return added.error();
    Checksum ours;
    if (move.table.name == kText) {
      for (std::int64_t after = -1;;) {
        const auto page = co_await read_lines(*move.file, after);
        if (!page) co_return page.error();
        if (page->lines.empty()) break;
        after = page->last;
        for (const auto& [key, line] : page->lines) ours.add({key, line});
      }
    } else {
      added = co_await add_rows(*move.file, move.table, ours);
      if (!added) co_return added.error();
    }
    if (ours != theirs)
      co_return Error{Errc::corrupt, "the files have " + std::to_string(ours.rows) + " rows (checksum " + ours.str() +
                                         "), the database " + std::to_string(theirs.rows) + " (" + theirs.str() +
                                         "): empty the database and begin again"};
    co_return ours;
  }

  awaitable<Result<>> add_rows(storage::sql::Database& from, Table table, Checksum& sum) {
    std::optional<Row> after;
    for (;;) {
      auto page = [table, after, limit = options_.batch](Reader& db) -> Result<std::vector<Row>> {
        return read_rows(db, table, after, limit);
      };
      const auto rows = co_await from.read(std::move(page));
      if (!rows) co_return rows.error();
      for (const auto& row : *rows) sum.add(row);
      if (static_cast<int>(rows->size()) < options_.batch) co_return Result<>{};
      after = rows->back();
    }
  }

  /// Events that some consumer has yet to see: those after the one that is furthest behind.
  awaitable<Result<std::vector<CloudEvent>>> unseen() {
    std::int64_t seen = INT64_MAX;
    for (auto* file : {files_.database.get(), files_.history.get()}) {
      const auto least = co_await read(*file, [](Reader& db) -> Result<std::optional<std::int64_t>> {
        auto row = db.query("SELECT min(position) FROM event_group");
        row.step();
        return row.is_null(0) ? std::nullopt : std::optional(row.integer(0));
      });
      if (!least) co_return least.error();
      if (*least) seen = std::min(seen, **least);
    }
    if (seen == INT64_MAX) seen = 0;
    std::vector<CloudEvent> out;
    for (;;) {
      auto page = [seen](Reader& db) -> Result<std::vector<sqlite::LoggedEvent>> {
        return sqlite::read_events(db, seen, 1000);
      };
      auto events = co_await files_.database->read(std::move(page));
      if (!events) co_return events.error();
      if (events->empty()) co_return out;
      seen = events->back().position;
      for (auto& logged : *events) out.push_back(std::move(logged.event));
    }
  }

  /// In one transaction: numbers go on behind what was moved, the events stand in the outboxes, a new epoch begins, and
  /// the mark says that it is done.
  awaitable<Result<std::int64_t>> finish(std::string source) {
    auto events = co_await unseen();
    if (!events) co_return events.error();
    const auto shared = std::make_shared<const std::vector<CloudEvent>>(std::move(*events));
    auto names = std::make_shared<std::vector<std::string>>();
    for (const auto& [service, database] : services_) names->push_back(service);
    auto change = [shared, source, names](Writer& db) -> Result<std::int64_t> {
      for (const auto& service : *names) {
        std::vector<std::pair<std::string, std::string>> counted;
        {
          auto rows = db.query(
              "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = ? AND "
              "is_identity = 'YES'",
              service);
          while (rows.step()) counted.emplace_back(rows.text(0), rows.text(1));
        }
        for (const auto& [table, column] : counted) {
          const std::string sql = "SELECT setval(pg_get_serial_sequence('" + service + "." + table + "', '" + column +
                                  "'), coalesce(max(" + column + "), 0) + 1, false) FROM " + service + "." + table;
          db.prepare(sql).run();
        }
      }
      std::int64_t moved = 0;
      for (const auto& event : *shared) {
        const std::string prefix = "/daybook/";
        const auto service = event.source.starts_with(prefix) ? event.source.substr(prefix.size()) : std::string();
        if (std::find(names->begin(), names->end(), service) == names->end()) continue;
        const std::string sql = "INSERT INTO " + service +
                                ".outbox (id, user_id, shard, source, type, subject, time, dataschema, sequence, "
                                "correlation_id, traceparent, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        auto row = db.prepare(sql);
        row.bind(1, event.id).bind(2, event.user).bind(3, postgres::shard_of(event.user)).bind(4, event.source);
        row.bind(5, event.type).bind(6, event.subject).bind(7, event.time).bind(8, event.dataschema);
        row.bind(9, event.sequence).bind(10, event.correlation_id).bind(11, event.traceparent).bind(12, event.data);
        row.run();
        ++moved;
      }
      db.run(gateway::kNewStreamEpoch);
      db.run("UPDATE daybook.promotion SET done_at = clock_timestamp() WHERE source = ?", source);
      return moved;
    };
    fault_point("promotion.before_end");
    // The words stand as PostgreSQL's, with their schemas: no service's prefix is to be translated.
    auto moved = co_await of("audit").write(Lane::foreground, std::move(change));
    fault_point("promotion.after_end");
    co_return moved;
  }

  const PromotionOptions& options_;
  SqliteFiles files_;
  asio::io_context loop_;
  postgres::Pool pool_;
  std::map<std::string, std::unique_ptr<postgres::Database>> services_;
};

}  // namespace

Result<Promotion> promote(const PromotionOptions& options) {
  std::error_code failure;
  fs::path file = options.from;
  if (fs::is_directory(file, failure)) file /= "daybook.db";
  const auto history = file.parent_path() / "history.db";
  for (const auto& each : {file, history})
    if (!fs::is_regular_file(each, failure))
      return Error{Errc::not_found, "There is no file " + each.string() +
                                        ": --from names daybook.db, or the folder with it and history.db."};
  auto migrated = postgres::migrate(options.to, postgres_schemas(), postgres::Unfinished::accepted);
  if (!migrated) return migrated.error();
  auto files = open_sqlite_files(file.string(), history.string());
  if (!files) return files.error();
  Promoter promoter(options, std::move(*files));
  return promoter.run_to_the_end();
}

}  // namespace daybook::app
