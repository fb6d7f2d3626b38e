#include "services/chat/knowledge.hpp"

#include <set>

#include "services/chat/mapping.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

language::Priority spoken_priority(domain::Priority priority) {
  switch (priority) {
    case domain::Priority::high:
      return language::Priority::high;
    case domain::Priority::medium:
      return language::Priority::medium;
    case domain::Priority::low:
      return language::Priority::low;
    case domain::Priority::none:
      break;
  }
  return language::Priority::none;
}

std::optional<language::When> spoken_when(const domain::When& when, const language::Now& now) {
  language::When out;
  if (const auto* at = std::get_if<Instant>(&when)) {
    out.local = now.to_local(*at);
    out.all_day = false;
    return out;
  }
  if (const auto* on = std::get_if<Date>(&when)) {
    out.local = std::chrono::local_days{*on};
    return out;
  }
  return std::nullopt;
}

language::TaskItem item_of(const domain::Task& task, const language::Now& now) {
  language::TaskItem item;
  item.id = task->id.str();
  item.title = task->title;
  item.due = spoken_when(task->due, now);
  item.tags = task->tags;
  item.category = task->category;
  item.priority = spoken_priority(task->priority);
  item.done = task->status == domain::Status::completed;
  return item;
}

/// Adds the series, each under its next open occurrence; gives the occurrences that so need no item of their own.
std::set<TaskId> add_series(Knowledge& known, const std::vector<scheduler::SeriesView>& all,
                            const std::vector<domain::Task>& open, const language::Now& now) {
  std::map<SeriesId, const domain::Task*> next;
  std::set<TaskId> stood_for;
  for (const auto& task : open) {
    if (!task->series) continue;
    stood_for.insert(task->id);
    auto& best = next[*task->series];
    const auto due = [](const domain::Task& t) { return domain::due_limit(*t, {}).value_or(Instant::max()); };
    if (!best || due(task) < due(*best)) best = &task;
  }
  for (const auto& series : all) {
    known.series[series.id.str()] = series;
    const auto occurrence = next.find(series.id);
    language::TaskItem item;
    if (occurrence != next.end()) {
      item = item_of(*occurrence->second, now);
      known.tasks.emplace(item.id, *occurrence->second);
    } else if (series.state == "active" || series.state == "paused") {
      item.id = "series:" + series.id.str();
      item.title = series.title;
      item.tags = series.tags;
      item.category = series.category;
      item.priority = spoken_priority(series.priority);
    } else {
      continue;
    }
    item.rrule = spoken_rule(series, now);
    known.context.tasks.push_back(std::move(item));
  }
  return stood_for;
}

/// The item that a series stands under. One that has come to rest has none, but can still be what "it" is.
std::string item_of_series(Knowledge& known, const SeriesId& id, const language::Now& now) {
  const auto series = known.series.find(id.str());
  if (series == known.series.end()) return {};
  for (const auto& item : known.context.tasks)
    if (!item.rrule.empty() && known.series_of(item.id) == &series->second) return item.id;
  language::TaskItem item;
  item.id = "series:" + id.str();
  item.title = series->second.title;
  item.rrule = spoken_rule(series->second, now);
  known.context.tasks.push_back(item);
  return item.id;
}

/// A token that may not read these has none that it could speak of.
template <class T>
bool is_hidden(const Result<T>& read) {
  return !read && read.error().code == Errc::forbidden;
}

}  // namespace

const domain::Task* Knowledge::task(const std::string& item) const {
  const auto found = tasks.find(item);
  return found == tasks.end() ? nullptr : &found->second;
}

const scheduler::SeriesView* Knowledge::series_of(const std::string& item) const {
  std::string id = item.starts_with("series:") ? item.substr(7) : std::string{};
  if (const auto* own = task(item); own && (*own)->series) id = (*own)->series->str();
  const auto found = series.find(id);
  return found == series.end() ? nullptr : &found->second;
}

awaitable<Result<Knowledge>> load_knowledge(tasks::Client& tasks, scheduler::Client& scheduler, runtime::Caller caller,
                                            Context context, language::Now now) {
  Knowledge known;
  domain::TaskQuery query;
  query.status = {domain::Status::pending, domain::Status::in_progress};
  query.sort = {domain::SortField::updated, true};
  query.limit = 200;
  std::vector<domain::Task> open;
  while (static_cast<int>(open.size()) < kKnownTasks) {
    auto page = co_await tasks.list(caller, query);
    if (is_hidden(page)) break;
    if (!page) co_return page.error();
    for (auto& task : page->items) open.push_back(std::move(task));
    if (page->next_cursor.empty()) break;
    query.cursor = page->next_cursor;
  }
  std::vector<std::string> any_state;
  auto series = co_await scheduler.list(caller, std::move(any_state));
  if (is_hidden(series)) series = std::vector<scheduler::SeriesView>{};
  if (!series) co_return series.error();

  auto stood_for = add_series(known, *series, open, now);
  // What was just shown or spoken of can be meant even when it is done, or one of many occurrences.
  std::set<TaskId> recent(context.last_list.begin(), context.last_list.end());
  recent.insert(context.last_tasks.begin(), context.last_tasks.end());
  if (context.fired_task) recent.insert(*context.fired_task);
  const auto add = [&](const domain::Task& task) {
    if (known.tasks.emplace(task->id.str(), task).second) known.context.tasks.push_back(item_of(task, now));
  };
  for (const auto& task : open)
    if (!stood_for.contains(task->id) || recent.contains(task->id)) add(task);
  for (const auto& id : recent) {
    if (known.tasks.contains(id.str())) continue;
    const auto task = co_await tasks.get(caller, id.str());
    if (task) add(*task);
  }

  for (const auto& id : context.last_list) known.context.list.push_back(id.str());
  if (!context.last_tasks.empty()) known.context.last = context.last_tasks.back().str();
  if (context.last_tasks.size() > 1)
    for (const auto& id : context.last_tasks) known.context.recent.push_back(id.str());
  if (context.last_series) known.context.last = item_of_series(known, *context.last_series, now);
  if (context.fired_task) known.context.reminders.push_back(context.fired_task->str());
  if (!context.asked_slot.empty()) {
    language::OpenQuestion question;
    question.slot = context.asked_slot;
    question.title = context.asked_title;
    question.options = context.asked_options;
    for (int i = 0; i <= static_cast<int>(language::Intent::clarify); ++i)
      if (language::to_string(static_cast<language::Intent>(i)) == context.asked_intent)
        question.intent = static_cast<language::Intent>(i);
    known.context.question = std::move(question);
    if (!context.asked_text.empty()) known.context.turns.push_back(context.asked_text);
  } else {
    known.context.turns = context.questions;
  }
  co_return known;
}

}  // namespace daybook::chat
