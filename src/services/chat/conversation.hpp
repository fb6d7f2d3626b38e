#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/trace.hpp"

namespace daybook::chat {

/// What is remembered between turns, on whichever replica the next one lands.
struct Context {
  std::vector<TaskId> last_list;   ///< The tasks of the last list shown, in order: "the second one".
  std::vector<TaskId> last_tasks;  ///< What was last spoken of: "it", "both".
  std::optional<SeriesId> last_series;
  std::optional<ReminderId> fired_reminder;  ///< The last reminder that fired here: "snooze it".
  std::optional<TaskId> fired_task;
  std::vector<std::string> questions;  ///< What was last asked of the tasks, each going on from the one before.
  /// What was asked and waits for an answer: the slot ("title", "due", "target", "confirm", …) and the text that led
  /// to the question, read again together with the answer.
  std::string asked_slot;
  std::string asked_text;
  std::string asked_title;   ///< Of the task that is being made.
  std::string asked_intent;  ///< As language::to_string gives it.
  std::vector<std::string> asked_options;
  std::vector<std::string> asked_items;  ///< What the options stand for, as items of Knowledge; in their order.
  /// The tasks of the plan that waits for a yes: exactly these are changed, whatever came in between.
  std::vector<TaskId> planned;

  void clear_question();
  friend bool operator==(const Context&, const Context&) = default;
};
std::string to_json(const Context& context);
/// Reads what to_json wrote, of this or another version; what it does not know it leaves out.
Context parse_context(std::string_view json);

struct Conversation {
  ConversationId id;
  UserId user;
  std::string title;  ///< The first thing that was said in it.
  Context context;
  Instant created_at{};
  Instant updated_at{};
};

struct Message {
  Uuid id;
  ConversationId conversation;
  std::int64_t sequence = 0;  ///< Within the conversation, from 1.
  std::string role;           ///< "user" or "assistant".
  std::string text;
  std::string cards = "[]";    ///< JSON array, as in the reply.
  std::string actions = "[]";  ///< JSON array, as in the reply.
  std::string effects = "[]";  ///< JSON array of {type, id}.
  std::optional<Uuid> undo;    ///< The journal entry that takes this turn back.
  Instant created_at{};
  Trace trace{};  ///< Of its event. Not kept.
};

/// One compensation: what to do, on what, and only while it still has this version.
struct UndoStep {
  std::string operation;  ///< "task.delete", "task.restore", "task.patch", "series.restore", …
  std::string id;
  std::int64_t version = 0;  ///< That the change led to; 0: whatever the version.
  std::int64_t prior = 0;    ///< That it had before the change; 0: there was none, or it does not matter.
  std::string body;          ///< For patches: the prior values as the API's body. For a skip: its recurrence id.
  std::string label;         ///< The task's title, for the report.

  friend bool operator==(const UndoStep&, const UndoStep&) = default;
};

/// A compensation gave a resource a new version: steps of older entries that were written for `from` mean `to` now.
struct Rebase {
  std::string id;
  std::int64_t from = 0;
  std::int64_t to = 0;
};
/// Changes the steps that `rebase` is about; false when there are none.
bool apply(const Rebase& rebase, std::vector<UndoStep>& steps);

/// What takes one turn back: the steps, last effect first.
struct UndoEntry {
  Uuid id;
  ConversationId conversation;
  std::vector<UndoStep> steps;
  std::string summary;  ///< "added \"Dentist\"".
  bool undone = false;
  Instant created_at{};
};
std::string to_json(const std::vector<UndoStep>& steps);
std::vector<UndoStep> parse_undo_steps(std::string_view json);

}  // namespace daybook::chat
