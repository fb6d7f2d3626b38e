#pragma once

#include <map>
#include <string>
#include <vector>

#include "language/command/context.hpp"
#include "language/now.hpp"
#include "services/chat/conversation.hpp"
#include "services/scheduler/client.hpp"
#include "services/tasks/client.hpp"

namespace daybook::chat {

/// The person's tasks and series, as far as a sentence may mean them, under the ids that the language engine is given.
/// A series stands as one item under the id of its next open occurrence ("standup" means that one), or as
/// "series:<id>" when it has none.
struct Knowledge {
  language::Context context;
  std::map<std::string, domain::Task> tasks;            ///< By item id.
  std::map<std::string, scheduler::SeriesView> series;  ///< By series id.

  const domain::Task* task(const std::string& item) const;
  /// The series that an item stands for or belongs to; nullptr: none.
  const scheduler::SeriesView* series_of(const std::string& item) const;
};

/// How many open tasks a sentence can choose from; the most recently changed. Beyond them a name is looked up by
/// search.
inline constexpr int kKnownTasks = 500;

/// Asks tasks and scheduler. Errors: theirs.
boost::asio::awaitable<Result<Knowledge>> load_knowledge(tasks::Client& tasks, scheduler::Client& scheduler,
                                                         runtime::Caller caller, Context context, language::Now now);

}  // namespace daybook::chat
