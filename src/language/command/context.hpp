#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/command/command.hpp"

namespace daybook::language {

/// What the engine needs to know of a task to tell which one is meant, and what a change does to it.
struct TaskItem {
  std::string id;
  std::string title;
  std::optional<When> due;
  std::string rrule;  ///< Empty for one that does not repeat.
  std::vector<std::string> tags;
  std::string category;
  Priority priority = Priority::none;
  bool done = false;
};

/// The question that the answer at hand may be to.
struct OpenQuestion {
  std::string slot;   ///< confirm, due, time, am_pm, days, date, which_task, title, …
  std::string title;  ///< Of the task that is being made.
  Intent intent = Intent::none;
  std::vector<std::string> options;
};

/// The conversation so far, as far as it bears on what the next sentence means.
struct Context {
  std::vector<TaskItem> tasks;
  std::vector<std::string> list;       ///< Ids of the last list shown, in its order.
  std::string last;                    ///< Id of the last task spoken of; empty for none.
  std::vector<std::string> recent;     ///< Ids of all tasks of the last turn, where it spoke of several: "both".
  std::vector<std::string> reminders;  ///< Ids whose reminder has fired and was not answered.
  std::optional<OpenQuestion> question;
  std::vector<std::string> turns;  ///< What the person said before, the last one at the end.

  const TaskItem* find(std::string_view id) const;
};

}  // namespace daybook::language
