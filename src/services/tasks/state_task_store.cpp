#include "services/tasks/state_task_store.hpp"

#include <algorithm>
#include <charconv>

#include "core/json.hpp"
#include "services/tasks/module.hpp"
#include "storage/sql/idempotency.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::tasks {
namespace {

using boost::asio::awaitable;
using runtime::StateStore;
using runtime::state::PagedTable;
using runtime::state::Roster;
using runtime::state::UserDatabase;
using runtime::state::UserDatabases;

/// In place of a place: this user is told, the next page begins with another.
constexpr const char* kThrough = "~";

Error taken_id() {
  Error error{Errc::conflict, "This id is taken by a task of other content. Use a new one."};
  error.fields.push_back({"/id", "is taken"});
  return error;
}

/// One user's store for the length of a call.
struct Lent {
  std::shared_ptr<UserDatabase> database;
  std::unique_ptr<TaskStore> store;
  TaskStore* operator->() const { return store.get(); }
};

class StateTaskStore final : public TaskStore {
 public:
  StateTaskStore(UserDatabases& users, StoreLimits limits) : users_(users), limits_(limits) {}
  void set_limits(StoreLimits limits) override { limits_ = limits; }

  Awaitable<TaskDocument> create(Command command, domain::TaskDraft draft) override {
    if (draft.id)
      if (auto claimed = co_await claim(*draft.id, command.user); !claimed) co_return claimed.error();
    auto user = lend(command.user);
    co_return co_await user->create(std::move(command), std::move(draft));
  }
  Awaitable<TaskDocument> create_occurrence(Command command, domain::TaskDraft draft) override {
    auto user = lend(command.user);
    co_return co_await user->create_occurrence(std::move(command), std::move(draft));
  }
  Awaitable<TaskDocument> adopt(Command command, TaskId task, SeriesId series, std::string recurrence_id) override {
    auto user = lend(command.user);
    co_return co_await user->adopt(std::move(command), task, series, std::move(recurrence_id));
  }
  Awaitable<TaskDocument> get(UserId owner, TaskRef task) override {
    auto user = lend(owner);
    co_return co_await user->get(owner, task);
  }
  Awaitable<DocumentPage> list(UserId owner, std::string timezone, domain::TaskQuery query) override {
    auto user = lend(owner);
    co_return co_await user->list(owner, std::move(timezone), std::move(query));
  }
  Awaitable<CalendarPage> calendar(UserId owner, std::string timezone, CalendarQuery query) override {
    auto user = lend(owner);
    co_return co_await user->calendar(owner, std::move(timezone), std::move(query));
  }
  Awaitable<Labels> labels(UserId owner) override {
    auto user = lend(owner);
    co_return co_await user->labels(owner);
  }
  Awaitable<TaskDocument> patch(Command command, TaskRef task, domain::TaskPatch patch, Subtasks subtasks) override {
    auto user = lend(command.user);
    co_return co_await user->patch(std::move(command), task, std::move(patch), subtasks);
  }
  Awaitable<TaskDocument> add_reminder(Command command, TaskRef task, domain::ReminderDraft reminder) override {
    auto user = lend(command.user);
    co_return co_await user->add_reminder(std::move(command), task, std::move(reminder));
  }
  Awaitable<TaskDocument> complete(Command command, TaskRef task, Subtasks subtasks) override {
    auto user = lend(command.user);
    co_return co_await user->complete(std::move(command), task, subtasks);
  }
  Awaitable<TaskDocument> reopen(Command command, TaskRef task) override {
    auto user = lend(command.user);
    co_return co_await user->reopen(std::move(command), task);
  }
  Awaitable<TaskDocument> remove(Command command, TaskRef task, Removal how) override {
    auto user = lend(command.user);
    co_return co_await user->remove(std::move(command), task, std::move(how));
  }
  Awaitable<TaskDocument> restore(Command command, TaskRef task) override {
    auto user = lend(command.user);
    co_return co_await user->restore(std::move(command), task);
  }
  Awaitable<std::vector<StillDueAnswer>> still_due(UserId owner, Instant now,
                                                   std::vector<StillDueQuestion> questions) override {
    auto user = lend(owner);
    co_return co_await user->still_due(owner, now, std::move(questions));
  }
  Awaitable<std::vector<SavedFilter>> saved_filters(UserId owner) override {
    auto user = lend(owner);
    co_return co_await user->saved_filters(owner);
  }
  Awaitable<SavedFilter> create_filter(Command command, std::optional<Uuid> id, std::string name,
                                       std::string query) override {
    auto user = lend(command.user);
    co_return co_await user->create_filter(std::move(command), id, std::move(name), std::move(query));
  }
  Awaitable<SavedFilter> update_filter(Command command, Uuid id, std::optional<std::string> name,
                                       std::optional<std::string> query) override {
    auto user = lend(command.user);
    co_return co_await user->update_filter(std::move(command), id, std::move(name), std::move(query));
  }
  Awaitable<> remove_filter(Command command, Uuid id) override {
    auto user = lend(command.user);
    co_return co_await user->remove_filter(std::move(command), id);
  }

  awaitable<std::vector<Result<>>> apply_reminders(std::vector<ReminderReport> reports) override {
    std::vector<Result<>> results(reports.size());
    std::map<UserId, std::vector<std::size_t>> by_user;
    for (std::size_t i = 0; i < reports.size(); ++i) by_user[reports[i].user].push_back(i);
    for (const auto& [owner, places] : by_user) {
      std::vector<ReminderReport> theirs;
      for (auto place : places) theirs.push_back(reports[place]);
      auto user = lend(owner);
      auto outcome = co_await user->apply_reminders(std::move(theirs));
      for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = outcome[i];
    }
    co_return results;
  }
  Awaitable<> apply_owner(OwnerReport report, Instant now) override {
    auto user = lend(report.user);
    co_return co_await user->apply_owner(std::move(report), now);
  }
  Awaitable<> erase(UserId owner) override {
    auto user = lend(owner);
    co_return co_await user->erase(owner);
  }

  Awaitable<bool> adopt_tzdb(std::string version, Instant now) override {
    if (adopting_ != version) adopt_shard_ = 0;
    adopting_ = version;
    if (adopt_shard_ >= Roster::kShards) co_return false;
    auto everybody = co_await users_.users(adopt_shard_);
    if (!everybody) co_return everybody.error();
    for (const auto& owner : *everybody) {
      auto user = lend(owner);
      for (;;) {
        auto more = co_await user->adopt_tzdb(version, now);
        if (!more) co_return more;
        if (!*more) break;
      }
    }
    co_return ++adopt_shard_ < Roster::kShards;
  }

  /// One user after the other; a cursor names the user and the place among their tasks: "<shard>/<user>/<place>".
  Awaitable<SnapshotPage> snapshot(std::string after, int limit, Instant now) override {
    int shard = 0;
    std::optional<UserId> from;
    std::string place;
    if (!after.empty()) {
      const auto first = after.find('/'), second = first == after.npos ? first : after.find('/', first + 1);
      if (second == after.npos) co_return Error{Errc::invalid_argument, "This is no cursor of a snapshot."};
      if (auto user = UserId::parse(std::string_view{after}.substr(first + 1, second - first - 1))) from = *user;
      const auto* end = after.data() + first;
      if (!from || std::from_chars(after.data(), end, shard).ptr != end || shard < 0 || shard >= Roster::kShards)
        co_return Error{Errc::invalid_argument, "This is no cursor of a snapshot."};
      place = after.substr(second + 1);
    }
    for (; shard < Roster::kShards; ++shard, from.reset(), place.clear()) {
      auto everybody = co_await users_.users(shard);
      if (!everybody) co_return everybody.error();
      std::sort(everybody->begin(), everybody->end());
      for (const auto& owner : *everybody) {
        if (from && (owner < *from || (owner == *from && place == kThrough))) continue;
        auto user = lend(owner);
        // Named, since g++ 12 evaluates both arms of a conditional inside a co_await expression.
        std::string begin = from == owner ? place : std::string{};
        auto page = co_await user->snapshot(std::move(begin), limit, now);
        if (!page) co_return page;
        if (page->events.empty()) continue;
        if (page->next_cursor.empty()) page->next_cursor = kThrough;
        page->next_cursor = std::to_string(shard) + '/' + owner.str() + '/' + page->next_cursor;
        co_return page;
      }
    }
    co_return SnapshotPage{};
  }

  Awaitable<int> purge(Instant now, int limit) override {
    int purged = 0;
    for (int walked = 0; walked < Roster::kShards && purged < limit; ++walked) {
      auto everybody = co_await users_.users(purge_shard_);
      if (!everybody) co_return everybody.error();
      for (const auto& owner : *everybody) {
        auto user = lend(owner);
        auto here = co_await user->purge(now, limit - purged);
        if (!here) co_return here;
        purged += *here;
        if (auto inbox = co_await purge_inbox(*user.database, now); !inbox) co_return inbox.error();
        if (purged >= limit) co_return purged;
      }
      purge_shard_ = (purge_shard_ + 1) % Roster::kShards;
    }
    co_return purged;
  }

 private:
  Lent lend(const UserId& user) {
    auto database = users_.open(user);
    auto store = make_sql_store(*database, limits_);
    return {std::move(database), std::move(store)};
  }

  /// Whose a client-made id is: told in a document of its own, since one user's transaction does not see another's
  /// keys. A claim without a task, left by a create that failed, keeps the id for the same user.
  awaitable<Result<>> claim(TaskId id, UserId user) {
    const std::string key = "id-" + id.str() + "/owner";
    for (int round = 0; round < 3; ++round) {
      auto entry = co_await users_.state().get(key);
      if (!entry) co_return entry.error();
      if (*entry) {
        if ((*entry)->value == json::serialize(json::string(user.str()))) co_return Result<>{};
        co_return taken_id();
      }
      StateStore::Write write;
      write.key = key;
      write.value = json::serialize(json::string(user.str()));
      write.etag = "";
      std::vector<StateStore::Write> writes;
      writes.push_back(std::move(write));
      auto claimed = co_await users_.state().transact(std::move(writes));
      if (claimed || claimed.error().code != Errc::version_mismatch) co_return claimed;
    }
    co_return Error{Errc::unavailable, "The id was claimed by others meanwhile; try again."};
  }

  static awaitable<Result<>> purge_inbox(UserDatabase& database, Instant now) {
    auto purge = [now](storage::sql::Writer& db) -> Result<> {
      storage::sqlite::purge_inbox(db, now - storage::sql::kIdempotencyAge, 1'000);
      return {};
    };
    co_return co_await database.write(storage::sql::Lane::background, std::move(purge));
  }

  UserDatabases& users_;
  StoreLimits limits_;
  std::string adopting_;
  int adopt_shard_ = 0, purge_shard_ = 0;
};

}  // namespace

runtime::state::UserSchema state_schema() {
  runtime::state::UserSchema schema;
  schema.migrations = {storage::sqlite::event_log_migration(), storage::sqlite::inbox_migration()};
  for (auto& migration : sql_migrations()) schema.migrations.push_back(std::move(migration));
  // A page is at most some hundred KiB for what people write, and two MiB at the worst. The key of a task's row is the
  // owner's ordinal before the task's number; one of texts has 32 of them already.
  schema.tables = {
      {"tasks_user", "own"},
      {"tasks_filter", "own"},
      {"tasks_meta", "own"},
      {"event_sequence", "own"},
      {"tasks_label", "labels"},
      {"tasks_task", "task", "($key & 4294967295) >> 5"},
      {"tasks_text", "text", "$key & 4294967295"},
      {"tasks_reminder", "reminder", "substr(hex($id), 32)"},
      {"tasks_idempotency", "key", "substr(hex($key), -1)"},
      {"inbox", "inbox", "substr(hex($event_id), 32)"},
  };
  return schema;
}

std::unique_ptr<TaskStore> make_state_store(runtime::state::UserDatabases& users, StoreLimits limits) {
  return std::make_unique<StateTaskStore>(users, limits);
}

}  // namespace daybook::tasks
