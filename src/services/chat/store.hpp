#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/idempotency.hpp"
#include "services/chat/conversation.hpp"

namespace daybook::chat {

/// What a turn leaves behind, saved at once.
struct Turn {
  Conversation conversation;  ///< With its new context; kept only where something was said in it.
  std::vector<Message> messages;
  std::optional<UndoEntry> undo;
  std::vector<Uuid> undone;     ///< Journal entries that this turn took back.
  std::vector<Rebase> rebased;  ///< In this order, for the entries that are still open.
  Idempotency key;
  std::string reply;  ///< The response's body, given again for the same key.
};

/// What the chat knows of a person beside their messages.
struct Person {
  std::string timezone = "UTC";
  std::string date_order = "mdy";
  std::string week_start = "monday";
};

/// Keeps conversations and the undo journal. All methods: unavailable or corrupt when the store fails.
class ChatStore {
 public:
  virtual ~ChatStore() = default;

  /// The reply that this key had. Errors: unprocessable when the key came with another request.
  virtual boost::asio::awaitable<Result<std::optional<std::string>>> find_reply(UserId user, Idempotency key) = 0;
  /// Errors: not_found.
  virtual boost::asio::awaitable<Result<Conversation>> load(UserId user, ConversationId id) = 0;
  /// Gives the reply that stands: where the key had one meanwhile, that one, and nothing of this turn is kept. Errors:
  /// unprocessable when the key came with another request.
  virtual boost::asio::awaitable<Result<std::string>> save(Turn turn, Instant now) = 0;
  /// A message without a turn: into the latest conversation, or a new one. Once a `cause`. `reminder`: the one that it
  /// says, which "snooze" and "done" then mean.
  virtual boost::asio::awaitable<Result<>> speak(UserId user, EventId cause, Message message,
                                                 std::optional<ReminderId> reminder, std::optional<TaskId> task,
                                                 Instant now) = 0;

  /// Newest first, those before `before` only.
  virtual boost::asio::awaitable<Result<std::vector<Conversation>>> conversations(UserId user,
                                                                                  std::optional<Instant> before,
                                                                                  int limit) = 0;
  /// Oldest first, of the newest `limit` before sequence `before`.
  virtual boost::asio::awaitable<Result<std::vector<Message>>> messages(UserId user, ConversationId id,
                                                                        std::optional<std::int64_t> before,
                                                                        int limit) = 0;
  /// Not yet undone, newest first; one entry when `id` is given.
  virtual boost::asio::awaitable<Result<std::vector<UndoEntry>>> undoable(UserId user, ConversationId conversation,
                                                                          std::optional<Uuid> id, int limit) = 0;

  virtual boost::asio::awaitable<Result<Person>> person(UserId user) = 0;
  /// Takes preferences over from a user.* event; erases everything on user.deleted.
  virtual boost::asio::awaitable<Result<>> apply_user(CloudEvent event) = 0;
  /// Removes at most `limit` replies that are kept for their keys no longer; gives how many.
  virtual boost::asio::awaitable<Result<int>> purge(Instant now, int limit) = 0;
};

}  // namespace daybook::chat
