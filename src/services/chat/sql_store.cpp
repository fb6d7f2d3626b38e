#include <limits>

#include "core/json.hpp"
#include "services/chat/module.hpp"
#include "storage/sql/connection.hpp"
#include "storage/sql/idempotency.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;
using storage::sql::Connection;
using storage::sql::Database;
using storage::sql::IdempotencyTable;
using storage::sql::Lane;
using storage::sql::Reader;
using storage::sql::Statement;
using storage::sql::Writer;

constexpr std::string_view kConversationColumns = "id, title, context, created_at, updated_at";

Conversation conversation_of(const UserId& user, const Statement& row) {
  Conversation out;
  out.user = user;
  out.id = ConversationId{row.uuid(0)};
  out.title = row.text(1);
  out.context = parse_context(row.text(2));
  out.created_at = row.instant(3);
  out.updated_at = row.instant(4);
  return out;
}

std::optional<Conversation> load_conversation(Connection& db, const UserId& user, const ConversationId& id) {
  static const std::string kSql =
      "SELECT " + std::string(kConversationColumns) + " FROM chat_conversation WHERE user_id = ? AND id = ?";
  auto row = db.query(kSql, user, id);
  if (!row.step()) return std::nullopt;
  return conversation_of(user, row);
}

std::optional<Conversation> latest_conversation(Connection& db, const UserId& user) {
  static const std::string kSql = "SELECT " + std::string(kConversationColumns) +
                                  " FROM chat_conversation WHERE user_id = ? ORDER BY updated_at DESC LIMIT 1";
  auto row = db.query(kSql, user);
  if (!row.step()) return std::nullopt;
  return conversation_of(user, row);
}

void save_conversation(Writer& db, const Conversation& c) {
  db.run(
      "INSERT INTO chat_conversation(user_id, id, title, context, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6) ON CONFLICT(user_id, id) DO UPDATE SET context = ?4, updated_at = ?6",
      c.user, c.id, c.title, to_json(c.context), c.created_at, c.updated_at);
}

void publish(Writer& db, const UserId& user, const Message& message) {
  CloudEvent event;
  event.source = "/daybook/chat";
  event.type = "chat.message.created";
  event.subject = message.id.str();
  event.time = message.created_at;
  event.dataschema = "urn:daybook:schema:chat.message.created:1";
  event.user = user;
  message.trace.mark(event);
  event.data = message_json(message);
  event.data.pop_back();
  event.data += ",\"messageId\":\"" + message.id.str() + "\"}";
  storage::sql::append_event(db, std::move(event));
}

void save_message(Writer& db, const UserId& user, Message message) {
  {
    auto next =
        db.query("SELECT coalesce(max(sequence), 0) + 1 FROM chat_message WHERE user_id = ? AND conversation_id = ?",
                 user, message.conversation);
    next.step();
    message.sequence = next.integer(0);
  }
  db.run(
      "INSERT INTO chat_message(user_id, conversation_id, sequence, id, role, text, cards, actions, effects, undo_id, "
      "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user, message.conversation, message.sequence, message.id, message.role, message.text, message.cards,
      message.actions, message.effects, message.undo, message.created_at);
  publish(db, user, message);
}

void rebase_journal(Writer& db, const Turn& turn) {
  std::vector<std::pair<Uuid, std::vector<UndoStep>>> open;
  {
    auto row = db.query("SELECT id, steps FROM chat_undo WHERE user_id = ? AND conversation_id = ? AND undone = 0",
                        turn.conversation.user, turn.conversation.id);
    while (row.step()) open.emplace_back(row.uuid(0), parse_undo_steps(row.text(1)));
  }
  for (auto& [id, steps] : open) {
    bool changed = false;
    for (const auto& rebase : turn.rebased) changed |= apply(rebase, steps);
    if (changed)
      db.run("UPDATE chat_undo SET steps = ? WHERE user_id = ? AND id = ?", to_json(steps), turn.conversation.user, id);
  }
}

class SqlChatStore final : public ChatStore {
 public:
  explicit SqlChatStore(Database& db) : db_(db) {}

  awaitable<Result<std::optional<std::string>>> find_reply(UserId user, Idempotency key) override {
    if (key.key.empty()) co_return std::optional<std::string>{};
    auto change = [this, user, key = std::move(key)](Writer& db) -> Result<std::optional<std::string>> {
      const auto found = keys_.find(db, user, key);
      if (!found) return found.error();
      if (!*found) return std::optional<std::string>{};
      return std::optional<std::string>{(*found)->resource};
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<Conversation>> load(UserId user, ConversationId id) override {
    auto select = [user, id](Reader& db) -> Result<Conversation> {
      auto found = load_conversation(db, user, id);
      if (!found)
        return Error{Errc::not_found, "There is no such conversation; leave conversationId out to start one."};
      return std::move(*found);
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<std::string>> save(Turn turn, Instant now) override {
    auto change = [this, turn = std::move(turn), now](Writer& db) -> Result<std::string> {
      db.lock(turn.conversation.user);
      const UserId& user = turn.conversation.user;
      // Another process may have answered the same key meanwhile.
      const auto before = keys_.find(db, user, turn.key);
      if (!before) return before.error();
      if (*before) return (*before)->resource;
      if (!turn.messages.empty()) save_conversation(db, turn.conversation);
      for (const auto& message : turn.messages) save_message(db, user, message);
      if (turn.undo)
        db.run(
            "INSERT INTO chat_undo(user_id, id, conversation_id, steps, summary, undone, created_at) VALUES (?, ?, ?, "
            "?, "
            "?, 0, ?)",
            user, turn.undo->id, turn.conversation.id, to_json(turn.undo->steps), turn.undo->summary, now);
      for (const auto& id : turn.undone)
        db.run("UPDATE chat_undo SET undone = 1 WHERE user_id = ? AND id = ?", user, id);
      if (!turn.rebased.empty()) rebase_journal(db, turn);
      if (!turn.key.key.empty()) {
        IdempotentOutcome outcome;
        outcome.status = 200;
        outcome.resource = turn.reply;
        keys_.record(db, user, turn.key, outcome, now);
      }
      return turn.reply;
    };
    co_return co_await db_.write(Lane::foreground, std::move(change));
  }

  awaitable<Result<>> speak(UserId user, EventId cause, Message message, std::optional<ReminderId> reminder,
                            std::optional<TaskId> task, Instant now) override {
    auto change = [user, cause, message = std::move(message), reminder, task, now](Writer& db) -> Result<> {
      db.lock(user);
      if (!storage::sql::record_inbox(db, "chat", cause)) return {};
      auto conversation = latest_conversation(db, user);
      if (!conversation) {
        conversation.emplace();
        conversation->id = ConversationId{Uuid::v5(cause.value, "conversation")};
        conversation->user = user;
        conversation->title = "Reminders";
        conversation->created_at = now;
      }
      if (reminder) {
        conversation->context.fired_reminder = *reminder;
        conversation->context.fired_task = task;
      }
      conversation->updated_at = now;
      save_conversation(db, *conversation);
      Message said = message;
      said.conversation = conversation->id;
      save_message(db, user, std::move(said));
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<std::vector<Conversation>>> conversations(UserId user, std::optional<Instant> before,
                                                             int limit) override {
    auto select = [user, before, limit](Reader& db) -> Result<std::vector<Conversation>> {
      static const std::string kSql = "SELECT " + std::string(kConversationColumns) +
                                      " FROM chat_conversation WHERE user_id = ?1 AND (updated_at < ?2 OR ?2 IS NULL) "
                                      "ORDER BY updated_at DESC LIMIT ?3";
      std::vector<Conversation> out;
      auto row = db.query(kSql, user, before, limit);
      while (row.step()) out.push_back(conversation_of(user, row));
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<std::vector<Message>>> messages(UserId user, ConversationId id, std::optional<std::int64_t> before,
                                                   int limit) override {
    auto select = [user, id, before, limit](Reader& db) -> Result<std::vector<Message>> {
      if (!load_conversation(db, user, id)) return Error{Errc::not_found, "There is no such conversation."};
      auto row = db.query(
          "SELECT id, sequence, role, text, cards, actions, effects, undo_id, created_at FROM chat_message WHERE "
          "user_id "
          "= ?1 AND conversation_id = ?2 AND (sequence < ?3 OR ?3 IS NULL) ORDER BY sequence DESC LIMIT ?4",
          user, id, before, limit);
      std::vector<Message> out;
      while (row.step()) {
        Message message;
        message.conversation = id;
        message.id = row.uuid(0);
        message.sequence = row.integer(1);
        message.role = row.text(2);
        message.text = row.text(3);
        message.cards = row.text(4);
        message.actions = row.text(5);
        message.effects = row.text(6);
        if (!row.is_null(7)) message.undo = row.uuid(7);
        message.created_at = row.instant(8);
        out.push_back(std::move(message));
      }
      std::reverse(out.begin(), out.end());
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<std::vector<UndoEntry>>> undoable(UserId user, ConversationId conversation, std::optional<Uuid> id,
                                                     int limit) override {
    auto select = [user, conversation, id, limit](Reader& db) -> Result<std::vector<UndoEntry>> {
      auto row = db.query(
          "SELECT id, steps, summary, created_at FROM chat_undo WHERE user_id = ?1 AND conversation_id = ?2 AND undone "
          "= 0 "
          "AND (id = ?3 OR ?3 IS NULL) ORDER BY id DESC LIMIT ?4",
          user, conversation, id, limit);
      std::vector<UndoEntry> out;
      while (row.step()) {
        UndoEntry entry;
        entry.id = row.uuid(0);
        entry.conversation = conversation;
        entry.steps = parse_undo_steps(row.text(1));
        entry.summary = row.text(2);
        entry.created_at = row.instant(3);
        out.push_back(std::move(entry));
      }
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<Person>> person(UserId user) override {
    auto select = [user](Reader& db) -> Result<Person> {
      Person out;
      auto row = db.query("SELECT timezone, date_order, week_start FROM chat_user WHERE user_id = ?", user);
      if (row.step()) out = {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
      return out;
    };
    co_return co_await db_.read(std::move(select));
  }

  awaitable<Result<>> apply_user(CloudEvent event) override {
    auto change = [this, event = std::move(event)](Writer& db) -> Result<> {
      db.lock(event.user);
      if (!storage::sql::record_inbox(db, "chat", event.id)) return {};
      if (event.type == "user.deleted") {
        for (auto sql :
             {"DELETE FROM chat_conversation WHERE user_id = ?", "DELETE FROM chat_message WHERE user_id = ?",
              "DELETE FROM chat_undo WHERE user_id = ?", "DELETE FROM chat_user WHERE user_id = ?"})
          db.run(sql, event.user);
        keys_.erase(db, event.user);
        return {};
      }
      // A sign-in is news of the user too, but says nothing of what they prefer.
      if (event.type != "user.registered" && event.type != "user.updated") return {};
      const auto data = parse_json(event.data);
      if (!data) return data.error();
      JsonReader in(*data, Unknown::lenient);
      Person person;
      const auto version = in.integer("version", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
      {
        auto known = db.query("SELECT version FROM chat_user WHERE user_id = ?", event.user);
        if (known.step() && known.integer(0) > version) return {};
      }
      person.timezone = in.text("timezone").value_or(person.timezone);
      in.object("preferences", [&person](JsonReader& preferences) {
        person.date_order = preferences.text("dateOrder").value_or(person.date_order);
        person.week_start = preferences.text("weekStart").value_or(person.week_start);
      });
      db.run(
          "INSERT OR REPLACE INTO chat_user(user_id, timezone, date_order, week_start, version) VALUES (?, ?, ?, ?, ?)",
          event.user, person.timezone, person.date_order, person.week_start, version);
      return {};
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

  awaitable<Result<int>> purge(Instant now, int limit) override {
    auto change = [this, now, limit](Writer& db) -> Result<int> {
      return keys_.purge(db, now - storage::sql::kIdempotencyAge, limit);
    };
    co_return co_await db_.write(Lane::background, std::move(change));
  }

 private:
  Database& db_;
  IdempotencyTable keys_{"chat"};
};

}  // namespace

std::vector<storage::sql::Migration> sql_migrations() {
  return {{"chat", 1, R"sql(
    CREATE TABLE chat_conversation(
      user_id UUID NOT NULL, id UUID NOT NULL, title TEXT NOT NULL, context TEXT NOT NULL, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE INDEX chat_conversation_latest ON chat_conversation(user_id, updated_at);
    CREATE TABLE chat_message(
      user_id UUID NOT NULL, conversation_id UUID NOT NULL, sequence INTEGER NOT NULL, id UUID NOT NULL,
      role TEXT NOT NULL, text TEXT NOT NULL, cards TEXT NOT NULL, actions TEXT NOT NULL, effects TEXT NOT NULL,
      undo_id UUID, created_at INTEGER NOT NULL, PRIMARY KEY(user_id, conversation_id, sequence)) WITHOUT ROWID;
    CREATE TABLE chat_undo(
      user_id UUID NOT NULL, id UUID NOT NULL, conversation_id UUID NOT NULL, steps TEXT NOT NULL, summary TEXT NOT NULL,
      undone INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(user_id, id)) WITHOUT ROWID;
    CREATE INDEX chat_undo_open ON chat_undo(user_id, conversation_id, id) WHERE undone = 0;
    CREATE TABLE chat_user(
      user_id UUID PRIMARY KEY, timezone TEXT NOT NULL, date_order TEXT NOT NULL, week_start TEXT NOT NULL) WITHOUT ROWID;
  )sql"},
          IdempotencyTable{"chat"}.migration(2),
          {"chat", 3, "ALTER TABLE chat_user ADD COLUMN version INTEGER NOT NULL DEFAULT 0"}};
}

std::unique_ptr<ChatStore> make_sql_store(Database& db) { return std::make_unique<SqlChatStore>(db); }

}  // namespace daybook::chat
