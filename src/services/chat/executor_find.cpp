#include <set>

#include "domain/task_json.hpp"
#include "services/chat/executor.hpp"
#include "services/chat/mapping.hpp"
#include "services/chat/phrasing.hpp"

namespace daybook::chat {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kShown = 20;
constexpr std::size_t kMostFound = 1000;

/// "due today", "overdue", "tagged #health": what a list is of.
std::string filter_in_words(const language::Filter& filter, const language::Now& now) {
  std::string out;
  const auto add = [&out](const std::string& words) { out += (out.empty() ? "" : " ") + words; };
  if (filter.status == language::StatusFilter::overdue) add("overdue");
  if (filter.status == language::StatusFilter::done) add("completed");
  if (filter.priority != language::Priority::none)
    add("of " + std::string(language::to_string(filter.priority)) + " priority");
  std::vector<std::string> tags;
  for (const auto& tag : filter.tags) tags.push_back("#" + tag);
  if (!tags.empty()) add("tagged " + list_in_words(tags));
  if (!filter.category.empty()) add("in @" + filter.category);
  if (!filter.text.empty()) add("about " + quoted(filter.text));
  const auto day = [&now](const language::When& when) { return day_in_words(when.date(), now); };
  if (filter.at) {
    add("due " + when_in_words(to_when(*filter.at, now), now));
  } else if (filter.due_from && filter.due_to) {
    const auto first = day(*filter.due_from), last = day(*filter.due_to);
    // "tomorrow morning" is not all of tomorrow.
    const bool whole_day = first == last && filter.due_from->all_day;
    const bool named = !filter.period.empty();
    add(whole_day ? "due " + first : "due " + (named ? filter.period : "from " + first + " to " + last));
  } else if (filter.due_to) {
    add("due by " + day(*filter.due_to));
  } else if (filter.due_from) {
    add("due from " + day(*filter.due_from) + " on");
  }
  if (filter.no_due) add("without a due date");
  const auto range = [&](const std::optional<language::When>& from, const std::optional<language::When>& to) {
    const auto first = from ? day(*from) : std::string{}, last = to ? day(*to) : std::string{};
    if (first == last || last.empty()) return first;
    if (to->date() >= Date{now.today()} && !first.empty()) return "since " + first;
    return first.empty() ? "until " + last : "from " + first + " to " + last;
  };
  if (filter.done_from || filter.done_to) add(range(filter.done_from, filter.done_to));
  if (filter.created_from || filter.created_to) add("created " + range(filter.created_from, filter.created_to));
  return out;
}

/// Of each series the occurrence that comes first, so that a daily one does not hide the rest.
void keep_next_of_each_series(std::vector<domain::Task>& tasks) {
  std::set<SeriesId> seen;
  std::erase_if(tasks,
                [&seen](const domain::Task& task) { return task->series && !seen.insert(*task->series).second; });
}

}  // namespace

void spare(const language::Filter& filter, std::vector<domain::Task>& found) {
  std::erase_if(found, [&filter](const domain::Task& task) {
    return std::any_of(filter.except.begin(), filter.except.end(),
                       [&task](const language::TaskRef& one) { return one.id == task->id.str(); });
  });
}

std::string nothing_found(const language::Command& command, std::string_view verb, const language::Now& now) {
  const auto what = filter_in_words(command.filter, now);
  if (!command.filtered || what.empty()) return "There is nothing like that to " + std::string(verb) + ".";
  return "Nothing is " + what + ", so there is nothing to " + std::string(verb) + ".";
}

awaitable<Result<std::vector<domain::Task>>> Executor::find_all(domain::TaskQuery query, Scope& scope, bool only_one) {
  Tasks found;
  if (!only_one) query.limit = 200;
  const auto first_question = query;
  do {
    auto page = co_await services_.tasks.list(scope.reader(), query);
    if (!page) co_return page.error();
    for (auto& task : page->items) found.push_back(std::move(task));
    query.cursor = page->next_cursor;
  } while (!only_one && !query.cursor.empty() && found.size() < kMostFound);
  // "for work" may mean the category as well as the tag.
  if (!found.empty() || first_question.tags.size() != 1 || first_question.category) co_return found;
  domain::TaskQuery by_category = first_question;
  by_category.category = by_category.tags.front();
  by_category.tags.clear();
  auto page = co_await services_.tasks.list(scope.reader(), std::move(by_category));
  if (!page) co_return page.error();
  co_return std::move(page->items);
}

awaitable<Outcome> Executor::list(Command command, Scope& scope) {
  Outcome out;
  Tasks found;
  std::string what = filter_in_words(command.filter, scope.now);
  if (!command.targets.empty()) {
    auto named = co_await targets(command, scope);
    if (!named) co_return refused(named.error(), scope.now);
    found = std::move(*named);
    what = "called " + quoted(command.targets.front().title);
  } else {
    domain::TaskQuery query = to_query(command.filter, scope.now);
    if (command.intent == language::Intent::list && command.filter.status == language::StatusFilter::any)
      query.status = {domain::Status::pending, domain::Status::in_progress};
    const auto& filter = command.filter;
    auto all = co_await find_all(std::move(query), scope, filter.next);
    if (!all) co_return refused(all.error(), scope.now);
    found = std::move(*all);
    spare(command.filter, found);
    scope.asked(command.follows);
    const bool dated = filter.at || filter.due_from || filter.due_to;
    if (!dated && filter.status != language::StatusFilter::done) keep_next_of_each_series(found);
  }
  auto& shown = scope.conversation.context.last_list;
  shown.clear();
  std::vector<std::string> jsons;
  for (const auto& task : found) {
    if (jsons.size() == kShown) break;
    shown.push_back(task->id);
    jsons.push_back(domain::to_json(*task));
  }
  if (!shown.empty()) scope.spoke_of({shown.front()});
  const std::string with_what = what.empty() ? "" : " " + what;
  if (found.empty()) {
    const bool asks_if_free = scope.text.find(" free") != std::string::npos && command.filter.due_from;
    if (what.empty())
      out.say("Nothing is open. Well done!");
    else
      out.say((asks_if_free ? "Yes, you are free: nothing is" : "Nothing is") + with_what + ".");
    co_return out;
  }
  if (found.size() == 1) {
    std::string sentence = quoted(found.front()->title);
    if (const auto& done = found.front()->completed_at; done && command.filter.status == language::StatusFilter::done) {
      const Date day{std::chrono::floor<std::chrono::days>(scope.now.to_local(*done))};
      sentence = "You completed " + sentence + " " + day_in_words(day, scope.now);
    } else {
      sentence += domain::is_set(found.front()->due) ? " is due " + when_in_words(found.front()->due, scope.now)
                                                     : " has no due date";
    }
    out.say((command.filter.next ? "Next: " : "") + sentence + ".");
  } else {
    out.say("There are " + count_in_words(found.size(), "task") + with_what + ".");
    if (found.size() > kShown) out.say("Here are the first " + std::to_string(kShown) + ".");
  }
  out.cards.push_back(task_list_card(what.empty() ? "Open tasks" : "Tasks" + with_what, jsons, found.size()));
  co_return out;
}

awaitable<Outcome> Executor::show_series(Command command, Scope& scope) {
  Outcome out;
  std::vector<std::string> jsons;
  for (const auto& [id, series] : scope.known.series) {
    if (series.state != "active" && series.state != "paused") continue;
    if (!command.targets.empty() && scope.known.series_of(command.targets.front().id) != &series) continue;
    if (command.filter.frequency) {
      static const std::map<language::Grain, std::string> kNames = {{language::Grain::hour, "HOURLY"},
                                                                    {language::Grain::day, "DAILY"},
                                                                    {language::Grain::week, "WEEKLY"},
                                                                    {language::Grain::month, "MONTHLY"},
                                                                    {language::Grain::year, "YEARLY"}};
      const auto name = kNames.find(*command.filter.frequency);
      if (name != kNames.end() && series.rrule.find("FREQ=" + name->second) == std::string::npos) continue;
    }
    jsons.push_back(series.json);
    scope.conversation.context.last_series = series.id;
  }
  if (jsons.empty()) {
    out.say("Nothing repeats yet. Try “water the plants every 3 days”.");
    co_return out;
  }
  out.say("You have " + count_in_words(jsons.size(), "recurring task") + ".");
  out.cards.push_back(series_list_card("Recurring tasks", jsons));
  co_return out;
}

awaitable<Outcome> Executor::stats(Command command, Scope& scope) {
  std::optional<Date> from, to;
  if (command.filter.done_from) from = command.filter.done_from->date();
  if (command.filter.done_to) to = std::min(command.filter.done_to->date(), Date{scope.now.today()});
  if (command.filter.created_from) from = command.filter.created_from->date();
  Outcome out;
  const auto& asked = command.filter;
  const bool of_done = asked.status == language::StatusFilter::done || asked.done_from || asked.created_from;
  if (command.filtered && !asked.empty() && !of_done) {
    // "how many tasks are overdue"
    auto found = co_await find_all(to_query(asked, scope.now), scope, false);
    if (!found) co_return refused(found.error(), scope.now);
    spare(asked, *found);
    if (!asked.due_from && !asked.due_to && !asked.at) keep_next_of_each_series(*found);
    const std::string what = filter_in_words(asked, scope.now);
    scope.asked(command.follows);
    const std::string open = what.empty() ? " open" : " " + what;
    if (found->empty())
      out.say("Nothing is" + open + ".");
    else
      out.say((found->size() == 1 ? "There is 1 task" : "There are " + count_in_words(found->size(), "task")) + open +
              ".");
    co_return out;
  }
  const auto stats = co_await services_.analytics.stats(scope.reader(), from, to);
  if (!stats) co_return refused(stats.error(), scope.now);
  const auto count = [](std::int64_t n) {
    return count_in_words(static_cast<std::size_t>(std::max<std::int64_t>(n, 0)), "task");
  };
  std::string range = " in the last 30 days";
  const Date today{scope.now.today()};
  const auto day = [&scope](Date date) { return day_in_words(date, scope.now); };
  if (from && to && *from == *to)
    range = " " + day(*from);
  else if (from && to && *to < today)
    range = " from " + day(*from) + " to " + day(*to);
  else if (from)
    range = *from == today ? " today" : " since " + day(*from);
  scope.asked(command.follows);
  out.say("You completed " + (stats->completed == 0 ? "nothing" : count(stats->completed)) + range + ", and " +
          count(stats->open) + (stats->open == 1 ? " is open." : " are open."));
  boost::system::error_code failure;
  out.cards.push_back({{"type", "stats"}, {"stats", json::parse(stats->json, failure)}});
  co_return out;
}

awaitable<Outcome> Executor::help(Command, Scope&) {
  Outcome out;
  out.say("Just tell me what you have in mind. For example:");
  out.cards.push_back(
      help_card("Things you can say",
                {"dentist tomorrow 3pm #health p1, remind me 30 minutes before",
                 "pay bills on the 1st of every month, remind me the day before at 6pm", "what's due this week?",
                 "move dentist to Friday", "mark it done", "undo", "stop my exercise reminder", "snooze 10 minutes"}));
  co_return out;
}

}  // namespace daybook::chat
