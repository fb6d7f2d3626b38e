#include <set>

#include "services/analytics/module.hpp"
#include "services/analytics/sql_counts.hpp"
#include "storage/sql/connection.hpp"

namespace daybook::analytics {
namespace {

using boost::asio::awaitable;
using storage::sql::Database;
using storage::sql::Lane;
using storage::sql::Reader;

/// Users of one closure of the switch.
constexpr int kSlice = 20;

void lock_users(Writer& db, const std::vector<CloudEvent>& events) {
  std::set<UserId> users;
  for (const auto& event : events) users.insert(event.user);
  for (const auto& user : users) db.lock(user);
}

class SqlAnalyticsStore final : public AnalyticsStore {
 public:
  explicit SqlAnalyticsStore(Database& db) : db_(db) {}

  awaitable<Result<>> apply(std::vector<CloudEvent> events) override {
    auto change = [events = std::move(events)](Writer& db) -> Result<> {
      lock_users(db, events);
      News news;
      news.generation = rebuild_table().load(db).generation;
      Counts counts(db);
      for (const auto& event : events) {
        if (!storage::sql::record_inbox(db, "analytics", event.id)) continue;
        if (auto applied = apply_state(db, counts, event, news); !applied) return applied;
      }
      counts.save();
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<Stats>> stats(UserId user, std::string from, std::string to) override {
    auto select = [user, from = std::move(from), to = std::move(to)](Reader& db) -> Result<Stats> {
      Stats out;
      auto total = db.query(
          "SELECT created, completed, deleted, open, completion_ms FROM analytics_user WHERE user_id = ?", user);
      if (total.step()) {
        out.created = total.integer(0), out.completed = total.integer(1), out.deleted = total.integer(2);
        out.open = total.integer(3), out.completion_ms = total.integer(4);
      }
      auto days = db.query(
          "SELECT date, created, completed, deleted, reminders FROM analytics_day WHERE user_id = ? AND date >= ? AND "
          "date <= ? AND (created <> 0 OR completed <> 0 OR deleted <> 0 OR reminders <> 0) ORDER BY date",
          user, from, to);
      while (days.step())
        out.days.push_back(
            {std::string(days.text(0)), days.integer(1), days.integer(2), days.integer(3), days.integer(4)});
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  Awaitable<RebuildState> rebuild_state() override {
    auto query = [](Reader& db) -> Result<RebuildState> { return rebuild_table().load(db); };
    co_return co_await db_.read(std::move(query));
  }

  Awaitable<RebuildState> begin_rebuild() override {
    auto change = [](Writer& db) -> Result<RebuildState> {
      db.lock(UserId{});
      return rebuild_table().begin(db);
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  Awaitable<> load(std::vector<CloudEvent> snapshots, RebuildState then, Instant) override {
    auto change = [snapshots = std::move(snapshots), then = std::move(then)](Writer& db) -> Result<> {
      lock_users(db, snapshots);
      News news;
      news.snapshot = true;
      news.generation = then.generation;
      Counts counts(db);
      for (const auto& event : snapshots) {
        if (rebuild_table().is_gone(db, event.user)) continue;
        if (auto applied = apply_state(db, counts, event, news); !applied)
          return Error{Errc::corrupt, applied.error().detail};
      }
      counts.save();
      rebuild_table().save(db, then);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  Awaitable<bool> switch_over(Instant) override {
    auto change = [](Writer& db) -> Result<bool> {
      auto state = rebuild_table().load(db);
      UserId last;
      if (!state.cursor.empty()) last = UserId::parse(state.cursor).value();
      std::vector<UserId> users;
      {
        auto rows =
            db.query("SELECT user_id FROM analytics_user WHERE user_id > ? ORDER BY user_id LIMIT ?", last, kSlice);
        while (rows.step()) users.emplace_back(rows.uuid(0));
      }
      for (const auto& user : users) {
        db.lock(user);
        recount(db, user, state.generation);
      }
      if (users.size() < kSlice) {
        rebuild_table().end(db);
        return false;
      }
      state.cursor = users.back().str();
      rebuild_table().save(db, state);
      return true;
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

 private:
  Database& db_;
};

}  // namespace

std::vector<storage::sql::Migration> sql_migrations() {
  return {{"analytics", 1, R"sql(
    CREATE TABLE analytics_user(
      user_id UUID PRIMARY KEY, zone TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, open INTEGER NOT NULL, completion_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE analytics_task(
      user_id UUID NOT NULL, task_id UUID NOT NULL, version INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, PRIMARY KEY(user_id, task_id)) WITHOUT ROWID;
    CREATE TABLE analytics_day(
      user_id UUID NOT NULL, date TEXT NOT NULL, created INTEGER NOT NULL, completed INTEGER NOT NULL,
      deleted INTEGER NOT NULL, reminders INTEGER NOT NULL, PRIMARY KEY(user_id, date)) WITHOUT ROWID;
  )sql"},
          // What the counts are made of, so that they can be made again.
          {"analytics", 2, R"sql(
    ALTER TABLE analytics_task ADD COLUMN completion_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE analytics_task ADD COLUMN created_on TEXT NOT NULL DEFAULT '';
    ALTER TABLE analytics_task ADD COLUMN completed_on TEXT NOT NULL DEFAULT '';
    ALTER TABLE analytics_task ADD COLUMN deleted_on TEXT NOT NULL DEFAULT '';
    ALTER TABLE analytics_task ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE analytics_notice(
      user_id UUID NOT NULL, reminder_id UUID NOT NULL, fired_at INTEGER NOT NULL, day TEXT NOT NULL,
      generation INTEGER NOT NULL, PRIMARY KEY(user_id, reminder_id, fired_at)) WITHOUT ROWID;
  )sql"},
          rebuild_table().migration(3)};
}

std::unique_ptr<AnalyticsStore> make_sql_store(Database& db) { return std::make_unique<SqlAnalyticsStore>(db); }

}  // namespace daybook::analytics
