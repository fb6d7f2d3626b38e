#pragma once

#include "services/tasks/store_contract_fixture.hpp"

/// What is found, in which order, what is counted and saved beside, and how it holds for many at once.
namespace daybook::tasks {

//
TYPED_TEST_P(TaskStoreContract, SearchFindsFoldedWordsPrefixesPhrasesAndPairsOfHan) {
  auto draft = this->draft("Café crème kaufen");
  draft.description = "Straße 12, don't forget";
  draft.tags = {"Einkauf"};
  ASSERT_TRUE(this->create(draft));
  this->made("Buy milk and bread");
  this->made("Milk the cow");
  this->made("東京都へ行く");
  EXPECT_THAT(this->found("cafe"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("CREME caf"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("strasse dont"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("einkauf"), ElementsAre("Café crème kaufen"));
  EXPECT_THAT(this->found("mil"), ElementsAre("Milk the cow", "Buy milk and bread"));
  EXPECT_THAT(this->found("mil "), IsEmpty());
  EXPECT_THAT(this->found("mil bread"), IsEmpty());
  EXPECT_THAT(this->found("milk bread"), ElementsAre("Buy milk and bread"));
  EXPECT_THAT(this->found("\"milk and\""), ElementsAre("Buy milk and bread"));
  EXPECT_THAT(this->found("\"and milk\""), IsEmpty());
  EXPECT_THAT(this->found("東京"), ElementsAre("東京都へ行く"));
  EXPECT_THAT(this->found("都"), ElementsAre("東京都へ行く"));
  EXPECT_THAT(this->found("京東"), IsEmpty());
  EXPECT_THAT(this->found("!!!"), IsEmpty());
}

TYPED_TEST_P(TaskStoreContract, SearchFollowsEdits) {
  const auto task = this->made("Buy milk");
  for (int i = 0; i < 40; ++i)
    this->backend_.run(this->store().create(this->command(), [&] {
      auto draft = this->draft("filler");
      draft.status = domain::Status::completed;
      return draft;
    }()));
  domain::TaskPatch patch;
  patch.title = "Buy bread";
  ASSERT_TRUE(this->backend_.run(this->store().patch(this->command(), TaskRef{task.id}, patch)));
  EXPECT_THAT(this->found("milk"), IsEmpty());
  EXPECT_THAT(this->found("bread"), ElementsAre("Buy bread"));
}

// A-08, S-3.2.2
TYPED_TEST_P(TaskStoreContract, FiltersCombine) {
  const auto add = [&](std::string title, domain::Priority priority, std::vector<std::string> tags, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.priority = priority;
    draft.tags = std::move(tags);
    draft.due = due;
    this->now_ += std::chrono::minutes{1};
    return this->create(draft).value();
  };
  using domain::Priority;
  add("a", Priority::high, {"work", "x"}, at("2026-03-05T10:00:00Z"));
  add("b", Priority::low, {"Work"}, parse_date("2026-03-05").value());
  const auto c = add("c", Priority::high, {"home"}, {});
  add("d", Priority::none, {}, at("2026-03-05T23:30:00Z"));  // The 6th in Berlin.
  ASSERT_TRUE(this->backend_.run(this->store().complete(this->command(), TaskRef{c.id}, Subtasks::ask)));

  domain::TaskQuery query;
  query.tags = {"WORK"};
  EXPECT_THAT(this->titles(query), ElementsAre("b", "a"));
  query.priority = {Priority::high};
  EXPECT_THAT(this->titles(query), ElementsAre("a"));
  query = {};
  query.tags = {"work", "x"};
  EXPECT_THAT(this->titles(query), ElementsAre("a"));
  query = {};
  query.not_tags = {"work"};
  EXPECT_THAT(this->titles(query), ElementsAre("d", "c"));
  query = {};
  query.any_tags = {"home", "x"};
  EXPECT_THAT(this->titles(query), ElementsAre("c", "a"));
  query = {};
  query.status = {domain::Status::completed};
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
  query.status = {domain::Status::pending, domain::Status::in_progress};
  EXPECT_THAT(this->titles(query), ElementsAre("d", "b", "a"));
  query = {};
  query.due_from = query.due_to = parse_date("2026-03-05").value();
  EXPECT_THAT(this->titles(query), ElementsAre("b", "a"));
  query.due_to = parse_date("2026-03-06").value();
  EXPECT_THAT(this->titles(query), ElementsAre("d", "b", "a"));
  query = {};
  query.has_due = false;
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
  query = {};
  query.created_from = at("2026-03-04T09:02:00Z");
  query.created_to = at("2026-03-04T09:03:00Z");
  EXPECT_THAT(this->titles(query), ElementsAre("c", "b"));
  query = {};
  query.completed_from = at("2026-03-04T09:00:00Z");
  EXPECT_THAT(this->titles(query), ElementsAre("c"));
}

//
TYPED_TEST_P(TaskStoreContract, TheCalendarPutsEachTaskOnItsDay) {
  const auto add = [&](std::string title, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.due = due;
    this->create(draft).value();
  };
  add("late", at("2026-03-05T23:30:00Z"));
  add("day", parse_date("2026-03-05").value());
  add("morning", at("2026-03-05T08:00:00Z"));
  add("none", {});
  CalendarQuery query{parse_date("2026-03-05").value(), parse_date("2026-03-06").value(), {}};
  const auto page = this->backend_.run(this->store().calendar(this->user_, "Europe/Berlin", query)).value();
  EXPECT_EQ(page.timezone, "Europe/Berlin");
  ASSERT_EQ(page.days.size(), 2u);
  const auto first = parse_json("[" + page.days[0].items + "]").value().as_array();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].at("title").as_string(), "morning");
  EXPECT_EQ(first[1].at("title").as_string(), "day");
  EXPECT_EQ(format_date(page.days[1].date), "2026-03-06");
}

//
TYPED_TEST_P(TaskStoreContract, SortsInEveryOrderWithWhatHasNoDueTimeLast) {
  const auto add = [&](std::string title, domain::Priority priority, domain::When due) {
    auto draft = this->draft(std::move(title));
    draft.priority = priority;
    draft.due = due;
    this->now_ += std::chrono::minutes{1};
    this->create(draft).value();
  };
  using domain::Priority;
  add("beta", Priority::none, at("2026-03-07T10:00:00Z"));
  add("Alpha", Priority::high, {});
  add("delta", Priority::high, at("2026-03-05T10:00:00Z"));
  add("gamma", Priority::low, parse_date("2026-03-06").value());
  const auto sorted = [&](std::string_view sort) {
    domain::TaskQuery query;
    query.sort = domain::parse_sort(sort).value();
    const auto once = this->titles(query);
    EXPECT_EQ(this->all(query, 1), once) << sort;
    return once;
  };
  EXPECT_THAT(sorted("created"), ElementsAre("beta", "Alpha", "delta", "gamma"));
  EXPECT_THAT(sorted("-created"), ElementsAre("gamma", "delta", "Alpha", "beta"));
  EXPECT_THAT(sorted("due"), ElementsAre("delta", "gamma", "beta", "Alpha"));
  EXPECT_THAT(sorted("-due"), ElementsAre("beta", "gamma", "delta", "Alpha"));
  EXPECT_THAT(sorted("priority"), ElementsAre("beta", "gamma", "delta", "Alpha"));
  EXPECT_THAT(sorted("-priority"), ElementsAre("delta", "Alpha", "gamma", "beta"));
  EXPECT_THAT(sorted("title"), ElementsAre("Alpha", "beta", "delta", "gamma"));
  EXPECT_THAT(sorted("-title"), ElementsAre("gamma", "delta", "beta", "Alpha"));
  EXPECT_THAT(sorted("updated"), ElementsAre("beta", "Alpha", "delta", "gamma"));
}

// a keyset page neither skips nor repeats what stays as it is, whatever happens between two pages
TYPED_TEST_P(TaskStoreContract, PagingMeetsEveryUnchangedTaskOnceWhileOthersComeGoAndMove) {
  std::uint32_t state = 2026;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
  };
  int made = 0;
  const auto add = [&](const std::string& kind) {
    auto draft = this->draft(kind + " " + std::to_string(made++));
    draft.status = domain::Status::completed;  // The quota is of open tasks.
    draft.priority = static_cast<domain::Priority>(next(4));
    if (next(3)) draft.due = this->now_ + std::chrono::hours{next(5)};
    this->now_ += std::chrono::seconds{next(2)};
    return this->create(draft).value();
  };
  for (const char* sort : {"created", "-created", "due", "-due", "priority", "-priority", "title", "-title"}) {
    for (const char* text : {"", "keep"}) {
      std::vector<std::string> kept;
      std::vector<TaskId> moving;
      for (int i = 0; i < 12; ++i) {
        kept.push_back(std::string(this->parsed(add("keep"))->title));
        moving.push_back(add("move").id);
      }
      domain::TaskQuery query;
      query.sort = domain::parse_sort(sort).value();
      query.text = text;
      query.limit = 4;
      std::vector<std::string> seen;
      do {
        const auto page = this->page(query).value();
        for (const auto& title : page.titles)
          if (title.starts_with("keep")) seen.push_back(title);
        query.cursor = page.next;
        add("come");
        const auto id = moving[next(static_cast<std::uint32_t>(moving.size()))];
        domain::TaskPatch patch;
        patch.due = domain::When{this->now_ + std::chrono::hours{next(5)}};
        patch.priority = static_cast<domain::Priority>(next(4));
        patch.title = "moved " + std::to_string(made++);
        if (next(2))
          ignore(this->backend_.run(this->store().patch(this->command(), TaskRef{id}, patch)), "may be gone");
        else
          ignore(this->backend_.run(this->store().remove(this->command(), TaskRef{id}, Removal{})), "may be gone");
      } while (!query.cursor.empty());
      EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(kept)) << sort << " " << text;
      ASSERT_TRUE(this->backend_.run(this->store().erase(this->user_)));
    }
  }
}

// X-15, rule 13
TYPED_TEST_P(TaskStoreContract, OfWritersWithTheSameVersionOneWinsAndTheOthersHearIt) {
  const auto id = this->made("Milk").id;
  for (int round = 0; round < 5; ++round) {
    const auto version = this->get(id)->version;
    int won = 0, stale = 0;
    auto write = [&](std::size_t i) -> boost::asio::awaitable<void> {
      auto command = this->command();
      command.if_match = version;
      domain::TaskPatch patch;
      patch.title = "Milk " + std::to_string(round) + "/" + std::to_string(i);
      const auto done = co_await this->store().patch(std::move(command), TaskRef{id}, std::move(patch));
      if (done)
        ++won;
      else if (done.error().code == Errc::version_mismatch)
        ++stale;
    };
    this->together(8, write);
    EXPECT_EQ(won, 1);
    EXPECT_EQ(stale, 7);
    EXPECT_EQ(this->get(id)->version, version + 1);
  }
  EXPECT_THAT(this->event_types(), ::testing::SizeIs(1 + 5));
}

TYPED_TEST_P(TaskStoreContract, NumbersSequencesAndTheQuotaHoldForThoseWhoComeAtOnce) {
  int made = 0, refused = 0;
  auto write = [&](std::size_t i) -> boost::asio::awaitable<void> {
    auto draft = this->draft("Task " + std::to_string(i));
    const auto done = co_await this->store().create(this->command(), std::move(draft));
    ++(done ? made : refused);
  };
  this->together(12, write);
  EXPECT_EQ(made, 5);
  EXPECT_EQ(refused, 7);
  std::vector<std::int64_t> numbers, sequences;
  for (const auto& event : this->backend_.events()) {
    sequences.push_back(event.sequence);
    numbers.push_back(parse_json(event.data)->at("number").as_int64());
  }
  std::sort(sequences.begin(), sequences.end());
  std::sort(numbers.begin(), numbers.end());
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
  EXPECT_THAT(this->titles({}), ::testing::SizeIs(5));
}

// what a page costs grows neither with the tasks before it nor with those of others.
TYPED_TEST_P(TaskStoreContract, TenThousandTasksArePagedSearchedAndCounted) {
  const int tasks = this->many();
  StoreLimits limits;
  limits.open_tasks = tasks;
  this->store().set_limits(limits);
  auto write = [&](std::size_t lane) -> boost::asio::awaitable<void> {
    for (int i = static_cast<int>(lane); i < tasks; i += 32) {
      auto draft = this->draft("Task " + std::to_string(i) + (i % 100 == 0 ? " rare" : ""));
      draft.tags = {i % 2 == 0 ? "even" : "odd"};
      draft.due = this->now_ + std::chrono::minutes{i};
      EXPECT_TRUE(co_await this->store().create(this->command(), std::move(draft)));
    }
  };
  this->together(32, write);
  EXPECT_EQ(this->create(this->draft("One more")).error().code, Errc::limit_exceeded);

  domain::TaskQuery query;
  query.sort = domain::parse_sort("due").value();
  const auto all = this->all(query, 200);
  ASSERT_THAT(all, ::testing::SizeIs(static_cast<std::size_t>(tasks)));
  EXPECT_EQ(all.front(), "Task 0 rare");
  EXPECT_EQ(all.back(), "Task " + std::to_string(tasks - 1));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  query.text = "rar";
  EXPECT_THAT(this->all(query, 30), ::testing::SizeIs(static_cast<std::size_t>(tasks) / 100));
  query.tags = {"odd"};
  EXPECT_THAT(this->all(query, 30), IsEmpty());
  const auto labels = this->backend_.run(this->store().labels(this->user_)).value();
  for (const auto& tag : labels.tags) EXPECT_EQ(tag.total, tasks / 2) << tag.name;
}

TYPED_TEST_P(TaskStoreContract, ACursorBelongsToItsQuery) {
  for (int i = 0; i < 4; ++i) this->made("task");
  domain::TaskQuery query;
  query.limit = 2;
  query.cursor = this->page(query).value().next;
  ASSERT_FALSE(query.cursor.empty());
  EXPECT_TRUE(this->page(query));
  auto other = query;
  other.status = {domain::Status::completed};
  EXPECT_EQ(this->page(other).error().code, Errc::invalid_argument);
  query.cursor.back() = query.cursor.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(this->page(query).error().code, Errc::invalid_argument);
}

TYPED_TEST_P(TaskStoreContract, LabelsAreCountedAsTheyChange) {
  auto draft = this->draft("a");
  draft.tags = {"Work", "x"};
  draft.category = "Home";
  const auto a = this->create(draft).value();
  draft.tags = {"work"};
  this->create(draft).value();
  auto& backend = this->backend_;
  auto& store = this->store();
  ASSERT_TRUE(backend.run(store.complete(this->command(), TaskRef{a.id}, Subtasks::ask)));
  auto labels = backend.run(store.labels(this->user_)).value();
  ASSERT_EQ(labels.tags.size(), 2u);
  EXPECT_EQ(labels.tags[0].total, 2);
  EXPECT_EQ(labels.tags[0].open, 1);
  EXPECT_EQ(labels.categories.at(0).open, 1);
  domain::TaskPatch patch;
  patch.tags = std::vector<std::string>{};
  ASSERT_TRUE(backend.run(store.patch(this->command(), TaskRef{a.id}, patch)));
  labels = backend.run(store.labels(this->user_)).value();
  ASSERT_EQ(labels.tags.size(), 1u);
  EXPECT_EQ(labels.tags[0].total, 1);
}

TYPED_TEST_P(TaskStoreContract, SavedFiltersAreKeptByNameAndVersion) {
  auto& backend = this->backend_;
  auto& store = this->store();
  const auto filter = backend.run(store.create_filter(this->command(), {}, "Today", "status=open")).value();
  EXPECT_EQ(backend.run(store.create_filter(this->command(), {}, "today", "q=x")).error().code, Errc::conflict);
  auto command = this->command();
  command.if_match = 1;
  EXPECT_EQ(backend.run(store.update_filter(command, filter.id, "Now", {}))->version, 2);
  EXPECT_EQ(backend.run(store.update_filter(command, filter.id, "Soon", {})).error().code, Errc::version_mismatch);
  EXPECT_EQ(backend.run(store.saved_filters(this->user_)).value().at(0).name, "Now");
  command = this->command();
  command.user = this->other_;
  EXPECT_EQ(backend.run(store.remove_filter(command, filter.id)).error().code, Errc::not_found);
  EXPECT_TRUE(backend.run(store.remove_filter(this->command(), filter.id)));
  EXPECT_THAT(backend.run(store.saved_filters(this->user_)).value(), IsEmpty());
}

}  // namespace daybook::tasks
