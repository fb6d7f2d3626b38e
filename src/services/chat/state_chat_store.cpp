#include "services/chat/state_chat_store.hpp"

#include "services/chat/module.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;
using runtime::state::Roster;
using runtime::state::UserDatabase;
using runtime::state::UserDatabases;

/// One user's store for the length of a call.
struct Lent {
  std::shared_ptr<UserDatabase> database;
  std::unique_ptr<ChatStore> store;
  ChatStore* operator->() const { return store.get(); }
};

class StateChatStore final : public ChatStore {
 public:
  explicit StateChatStore(UserDatabases& users) : users_(users) {}

  awaitable<Result<std::optional<std::string>>> find_reply(UserId user, Idempotency key) override {
    auto store = lend(user);
    co_return co_await store->find_reply(user, std::move(key));
  }
  awaitable<Result<Conversation>> load(UserId user, ConversationId id) override {
    auto store = lend(user);
    co_return co_await store->load(user, id);
  }
  awaitable<Result<std::string>> save(Turn turn, Instant now) override {
    auto store = lend(turn.conversation.user);
    co_return co_await store->save(std::move(turn), now);
  }
  awaitable<Result<>> speak(UserId user, EventId cause, Message message, std::optional<ReminderId> reminder,
                            std::optional<TaskId> task, Instant now) override {
    auto store = lend(user);
    co_return co_await store->speak(user, cause, std::move(message), reminder, task, now);
  }
  awaitable<Result<std::vector<Conversation>>> conversations(UserId user, std::optional<Instant> before,
                                                             int limit) override {
    auto store = lend(user);
    co_return co_await store->conversations(user, before, limit);
  }
  awaitable<Result<std::vector<Message>>> messages(UserId user, ConversationId id, std::optional<std::int64_t> before,
                                                   int limit) override {
    auto store = lend(user);
    co_return co_await store->messages(user, id, before, limit);
  }
  awaitable<Result<std::vector<UndoEntry>>> undoable(UserId user, ConversationId conversation, std::optional<Uuid> id,
                                                     int limit) override {
    auto store = lend(user);
    co_return co_await store->undoable(user, conversation, id, limit);
  }
  awaitable<Result<Person>> person(UserId user) override {
    auto store = lend(user);
    co_return co_await store->person(user);
  }
  awaitable<Result<>> apply_user(CloudEvent event) override {
    auto store = lend(event.user);
    co_return co_await store->apply_user(std::move(event));
  }
  /// Walks the users on, shard by shard, from where the last call ended.
  awaitable<Result<int>> purge(Instant now, int limit) override {
    int purged = 0;
    for (int walked = 0; walked < Roster::kShards && purged < limit; ++walked) {
      auto everybody = co_await users_.users(purge_shard_);
      if (!everybody) co_return everybody.error();
      for (const auto& user : *everybody) {
        auto store = lend(user);
        auto here = co_await store->purge(now, limit - purged);
        if (!here) co_return here;
        purged += *here;
        if (purged >= limit) co_return purged;
      }
      purge_shard_ = (purge_shard_ + 1) % Roster::kShards;
    }
    co_return purged;
  }

 private:
  Lent lend(const UserId& user) {
    auto database = users_.open(user);
    auto store = make_sql_store(*database);
    return {std::move(database), std::move(store)};
  }

  UserDatabases& users_;
  int purge_shard_ = 0;
};

}  // namespace

runtime::state::UserSchema state_schema() {
  runtime::state::UserSchema schema;
  schema.migrations = {storage::sqlite::event_log_migration(), storage::sqlite::inbox_migration()};
  for (auto& migration : sql_migrations()) schema.migrations.push_back(std::move(migration));
  // Messages lie as they were said, 16 to a page; the journal by the hours in which its ids were made.
  schema.tables = {
      {"chat_user", "own"},
      {"event_sequence", "own"},
      {"chat_conversation", "conversation", "substr(hex($id), 32)"},
      {"chat_message", "message", "hex($conversation_id) || '-' || ($sequence >> 4)"},
      {"chat_undo", "undo", "substr(hex($id), 1, 6)"},
      {"chat_idempotency", "key", "substr(hex($key), -1)"},
      {"inbox", "inbox", "substr(hex($event_id), 32)"},
  };
  return schema;
}

std::unique_ptr<ChatStore> make_state_store(runtime::state::UserDatabases& users) {
  return std::make_unique<StateChatStore>(users);
}

}  // namespace daybook::chat
