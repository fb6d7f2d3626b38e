#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "runtime/together.hpp"
#include "services/tasks/store.hpp"

/// The cases that every adapter of TaskStore passes. An adapter's test defines a Backend with
///   TaskStore& store();  run(awaitable) -> its result;  events() -> vector<CloudEvent> so far;  reopen()
/// (and, where 10,000 tasks take it too long, a smaller number as `static constexpr int kManyTasks`)
/// and instantiates the suite:
///   INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, TaskStoreContract, SqliteBackend);
namespace daybook::tasks {

inline Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

template <class Backend>
class TaskStoreContract : public ::testing::Test {
 protected:
  Command command(std::string key = {}) {
    Command out;
    out.user = user_;
    out.now = now_;
    out.timezone = "Europe/Berlin";
    out.idempotency_key = std::move(key);
    return out;
  }
  static domain::TaskDraft draft(std::string title) {
    domain::TaskDraft out;
    out.title = std::move(title);
    return out;
  }
  TaskStore& store() { return backend_.store(); }
  Result<TaskDocument> create(domain::TaskDraft draft) {
    return backend_.run(store().create(command(), std::move(draft)));
  }
  TaskDocument made(std::string title) { return create(draft(std::move(title))).value(); }
  domain::Task parsed(const TaskDocument& document) { return domain::parse_task(document.json, user_).value(); }
  Result<TaskDocument> get(const TaskId& id) { return backend_.run(store().get(user_, TaskRef{id})); }
  domain::Task stored(const TaskId& id) { return parsed(get(id).value()); }

  struct Page {
    std::vector<std::string> titles;
    std::string next;
  };
  Result<Page> page(domain::TaskQuery query) {
    auto page = backend_.run(store().list(user_, "Europe/Berlin", std::move(query)));
    if (!page) return page.error();
    Page out;
    out.next = page->next_cursor;
    const auto items = parse_json("[" + page->items + "]").value();
    for (const auto& item : items.as_array()) out.titles.emplace_back(item.at("title").as_string());
    return out;
  }
  std::vector<std::string> titles(domain::TaskQuery query) { return page(std::move(query)).value().titles; }
  std::vector<std::string> found(std::string text) {
    domain::TaskQuery query;
    query.text = std::move(text);
    return titles(std::move(query));
  }
  /// All pages of a query, `limit` at a time.
  std::vector<std::string> all(domain::TaskQuery query, int limit) {
    std::vector<std::string> out;
    query.limit = limit;
    do {
      const auto next = page(query).value();
      out.insert(out.end(), next.titles.begin(), next.titles.end());
      query.cursor = next.next;
    } while (!query.cursor.empty());
    return out;
  }
  std::vector<std::string> event_types() {
    std::vector<std::string> out;
    for (const auto& event : backend_.events()) out.push_back(event.type);
    return out;
  }
  json::object last_data() {
    const auto events = backend_.events();
    return parse_json(events.back().data).value().as_object();
  }

  /// `work(i)` for i in [0, count) at the same time.
  template <class Work>
  void together(std::size_t count, Work& work) {
    backend_.run(runtime::together(count, work));
  }
  static constexpr int many() {
    if constexpr (requires { Backend::kManyTasks; })
      return Backend::kManyTasks;
    else
      return 10'000;
  }

  Backend backend_;
  Instant now_ = at("2026-03-04T09:00:00Z");
  UserId user_ = UserId{Uuid::v5(Uuid{}, "ada")};
  UserId other_ = UserId{Uuid::v5(Uuid{}, "bob")};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TYPED_TEST_SUITE_P(TaskStoreContract);

}  // namespace daybook::tasks
