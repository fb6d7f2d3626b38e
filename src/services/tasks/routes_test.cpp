#include "services/tasks/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "domain/task_json.hpp"
#include "services/tasks/client.hpp"
#include "services/tasks/consumers.hpp"
#include "services/tasks/module.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::tasks {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Carries calls straight to one router.
class RouterInvoker final : public runtime::Invoker {
 public:
  explicit RouterInvoker(http::Router& router) : router_(router) {}
  boost::asio::awaitable<Result<Reply>> invoke(std::string, Call call, std::chrono::milliseconds) override {
    auto reply = co_await router_.dispatch(std::move(call));
    co_return reply;
  }

 private:
  http::Router& router_;
};

class TasksRoutes : public ::testing::Test {
 protected:
  Reply send(Method method, std::string target, std::string body = {},
             std::vector<std::pair<std::string, std::string>> headers = {}) {
    Call call;
    call.method = method;
    const auto mark = target.find('?');
    call.path = target.substr(0, mark);
    if (mark != std::string::npos) call.query = target.substr(mark + 1);
    if (!body.empty()) call.headers.set("Content-Type", "application/json");
    for (auto& [name, value] : headers) call.headers.set(name, value);
    call.body = std::move(body);
    call.principal = principal_;
    return db_.run(module_.router().dispatch(std::move(call)));
  }
  /// For results without a default value, which asio's completion cannot carry.
  template <class T>
  T wait(boost::asio::awaitable<T> work) {
    std::optional<T> out;
    auto keep = [&out](boost::asio::awaitable<T> inner) -> boost::asio::awaitable<void> {
      out.emplace(co_await std::move(inner));
    };
    storage::sqlite::run_on(db_.loop(), keep(std::move(work)));
    return std::move(*out);
  }
  static json::value body(const Reply& reply) { return parse_json(reply.body).value(); }
  static std::string text(const json::value& value, std::string_view name) {
    return std::string(value.at(name).as_string());
  }
  static std::vector<std::string> pointers(const Reply& reply) {
    std::vector<std::string> out;
    const auto problem = body(reply);
    for (const auto& error : problem.at("errors").as_array()) out.push_back(text(error, "pointer"));
    return out;
  }
  static std::vector<std::string> titles(const Reply& reply) {
    std::vector<std::string> out;
    const auto page = body(reply);
    for (const auto& item : page.at("items").as_array()) out.push_back(text(item, "title"));
    return out;
  }
  std::string make(std::string title) {
    return text(body(send(Method::post, "/api/v1/tasks", R"({"title":")" + title + "\"}")), "id");
  }

  storage::sqlite::TestDatabase db_{sql_migrations()};
  std::unique_ptr<TaskStore> store_ = make_sql_store(*db_);
  ManualClock clock_{parse_rfc3339("2026-03-04T09:00:00Z").value()};
  Module module_{*store_, clock_};
  std::optional<Principal> principal_ = [] {
    Principal out;
    out.user = UserId{Uuid::v5(Uuid{}, "ada")};
    out.timezone = "Europe/London";
    return out;
  }();
};

// A-01, I-06
TEST_F(TasksRoutes, ATaskIsCreatedReadChangedAndDeletedByIdOrNumber) {
  const auto created =
      send(Method::post, "/api/v1/tasks",
           R"({"title":"Dentist","priority":"HIGH","tags":["health"],"dueAt":"2026-03-05T16:00:00+01:00",
                                "reminders":[{"before":"PT30M"}]})");
  ASSERT_EQ(created.status, 201) << created.body;
  const auto task = body(created);
  EXPECT_EQ(created.headers.get("ETag"), "\"1\"");
  EXPECT_EQ(created.headers.get("Location"), "/api/v1/tasks/" + text(task, "id"));
  EXPECT_EQ(text(task, "priority"), "high");
  EXPECT_EQ(text(task, "dueAt"), "2026-03-05T15:00:00Z");
  EXPECT_EQ(text(task, "timezone"), "Europe/London");
  EXPECT_TRUE(task.at("dueDate").is_null());
  EXPECT_EQ(text(task.at("reminders").at(0), "fireAt"), "2026-03-05T14:30:00Z");
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/1").body, created.body);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/1", {}, {{"If-None-Match", "\"1\""}}).status, 304);

  const auto moved = send(Method::patch, "/api/v1/tasks/1/due-date", R"({"dueDate":"2026-03-09"})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_TRUE(body(moved).at("dueAt").is_null());
  EXPECT_EQ(text(body(moved), "dueDate"), "2026-03-09");
  EXPECT_EQ(text(body(moved).at("reminders").at(0), "fireAt"),
            "2026-03-09T08:30:00Z");  // 09:00 in London, less 30 min.
  EXPECT_EQ(send(Method::patch, "/api/v1/tasks/1", R"({"title":"x"})", {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(send(Method::delete_, "/api/v1/tasks/1").status, 204);
  EXPECT_EQ(send(Method::delete_, "/api/v1/tasks/1").status, 204);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/1").status, 404);
  EXPECT_EQ(send(Method::post, "/api/v1/tasks/1/restore").status, 200);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/1").status, 200);
}

// Design, rule 12
TEST_F(TasksRoutes, EveryWrongFieldIsNamedAtOnce) {
  const auto reply = send(Method::post, "/api/v1/tasks?x=1",
                          R"({"title":5,"priority":"urgent","dueAt":"2026-03-05T15:00:00Z","dueDate":"2026-03-05",
                              "tags":["ok",7],"colour":"red","reminders":[{"before":"soon"},{}]})");
  ASSERT_EQ(reply.status, 400);
  EXPECT_EQ(text(body(reply), "type"), "urn:daybook:error:invalid-request");
  EXPECT_THAT(pointers(reply), UnorderedElementsAre("/title", "/priority", "/dueDate", "/tags/1", "/colour",
                                                    "/reminders/0/before", "/reminders/1", "?x"));
  for (const char* wrong :
       {R"({"title":"  "})", R"({"title":"a\u0000b"})", R"({"title":"two\nlines"})", R"({"title":"x","tags":["a b"]})",
        R"({"title":"x","timezone":"Mars/Base"})", R"({"title":"x","estimatedDuration":"PT0M"})",
        R"({"title":"x","startAt":"2026-03-06T00:00:00Z",
                            "dueAt":"2026-03-05T00:00:00Z"})",
        R"([1])", "{", R"({"title":"x","title":"y"})"})
    EXPECT_EQ(send(Method::post, "/api/v1/tasks", wrong).status, 400) << wrong;
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", R"({"title":")" + std::string(501, 'x') + "\"}").status, 400);
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", R"({"title":"x"})", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_THAT(titles(send(Method::get, "/api/v1/tasks")), IsEmpty());
}

// C-08, I-11, R-04, X-14
TEST_F(TasksRoutes, PastAndFourthRemindersAre422) {
  const auto past = send(Method::post, "/api/v1/tasks", R"({"title":"x","reminders":[{"at":"2026-03-04T08:59:00Z"}]})");
  EXPECT_EQ(past.status, 422);
  EXPECT_EQ(text(body(past), "detail"), "Reminder time must be in the future");
  EXPECT_THAT(pointers(past), ElementsAre("/reminders/0"));
  const auto four =
      send(Method::post, "/api/v1/tasks",
           R"({"title":"x","dueAt":"2026-03-09T09:00:00Z","reminders":[{"before":"PT1M"},{"before":"PT2M"},
                             {"before":"PT3M"},{"before":"PT4M"}]})");
  EXPECT_EQ(four.status, 422);
  EXPECT_THAT(text(body(four), "type"), HasSubstr("too-many-reminders"));
  const auto id = make("later");
  EXPECT_EQ(send(Method::post, "/api/v1/tasks/reminder", R"({"taskId":")" + id + R"(","before":"PT5M"})").status, 422);
  const auto added =
      send(Method::post, "/api/v1/tasks/reminder", R"({"taskId":")" + id + R"(","at":"2026-03-05T08:00:00Z"})");
  EXPECT_EQ(added.status, 201) << added.body;
}

// A-07, A-08, A-09, I-03, S-3.2.3
TEST_F(TasksRoutes, ListsFilterSortSearchAndPage) {
  for (const char* title : {"buy milk", "buy bread", "call mother"}) make(title);
  send(Method::post, "/api/v1/tasks/3/complete");
  EXPECT_THAT(titles(send(Method::get, "/api/v1/tasks?status=open&sort=title")), ElementsAre("buy bread", "buy milk"));
  EXPECT_THAT(titles(send(Method::get, "/api/v1/tasks/search?q=buy%20mi")), ElementsAre("buy milk"));
  const auto first = send(Method::get, "/api/v1/tasks?limit=2");
  EXPECT_THAT(titles(first), ElementsAre("call mother", "buy bread"));
  const auto cursor = text(body(first), "nextCursor");
  const auto second = send(Method::get, "/api/v1/tasks?limit=2&cursor=" + cursor);
  EXPECT_THAT(titles(second), ElementsAre("buy milk"));
  EXPECT_TRUE(body(second).at("nextCursor").is_null());

  EXPECT_THAT(pointers(send(Method::get, "/api/v1/tasks?cursor=" + cursor + "x")), ElementsAre("?cursor"));
  EXPECT_THAT(pointers(send(Method::get, "/api/v1/tasks?limit=0&sort=colour&status=late&dueFrom=soon&colour=red")),
              UnorderedElementsAre("?limit", "?sort", "?status", "?dueFrom", "?colour"));
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/search").status, 400);
}

// A-09: every order that the API's description offers, in any case of letters.
TEST_F(TasksRoutes, EveryOrderOfTheDescriptionIsTaken) {
  for (const std::string name : {"created", "due", "priority", "title", "updated", "number", "DUE"})
    for (const std::string sign : {"", "-"})
      EXPECT_EQ(send(Method::get, "/api/v1/tasks?sort=" + sign + name).status, 200) << sign << name;
  EXPECT_EQ(send(Method::get, "/api/v1/tasks?sort=colour").status, 400);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks?q=").status, 400);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks?q=" + std::string(201, 'x')).status, 400);
}

// A-13: completing a parent asks about its children, whichever way it is completed.
TEST_F(TasksRoutes, AChangeThatCompletesAsksAboutSubtasks) {
  const auto parent = make("move house");
  send(Method::post, "/api/v1/tasks", R"({"title":"pack","parentId":")" + parent + "\"}");
  const auto path = "/api/v1/tasks/" + parent;
  const auto done = R"({"status":"completed"})";
  EXPECT_EQ(text(body(send(Method::patch, path, done)), "type"), "urn:daybook:error:open-subtasks");
  EXPECT_EQ(send(Method::patch, path + "?subtasks=perhaps", done).status, 400);
  EXPECT_EQ(send(Method::patch, path, R"({"title":"Move house"})").status, 200);
  EXPECT_EQ(send(Method::patch, path + "?subtasks=complete", done).status, 200);
  EXPECT_EQ(text(body(send(Method::get, "/api/v1/tasks/2")), "status"), "completed");
}

// A-10, I-05
TEST_F(TasksRoutes, TheCalendarNeedsARangeOfAtMostAYear) {
  send(Method::post, "/api/v1/tasks", R"({"title":"x","dueDate":"2026-03-05"})");
  const auto reply = send(Method::get, "/api/v1/tasks/calendar?from=2026-03-01&to=2026-03-31");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(text(body(reply).at("days").at(0), "date"), "2026-03-05");
  EXPECT_EQ(text(body(reply), "timezone"), "Europe/London");
  for (const char* query : {"", "?from=2026-03-01", "?from=2026-03-02&to=2026-03-01", "?from=2026-03-01&to=2027-03-03",
                            "?from=2026-02-30&to=2026-03-01", "?from=2026-03-01&to=2026-03-02&timezone=Mars"})
    EXPECT_EQ(send(Method::get, std::string("/api/v1/tasks/calendar") + query).status, 400) << query;
}

// A-06, I-04
TEST_F(TasksRoutes, DueDateAndRemindersChangeTogetherAndNothingElse) {
  const auto id = make("dentist");
  send(Method::patch, "/api/v1/tasks/" + id, R"({"tags":["health"],"priority":"high","description":"card"})");
  const auto moved = send(Method::patch, "/api/v1/tasks/" + id + "/due-date",
                          R"({"dueAt":"2026-03-09T15:00:00Z","reminders":[{"before":"PT30M"}]})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  const auto task = body(send(Method::get, "/api/v1/tasks/" + id));
  EXPECT_EQ(text(task, "dueAt"), "2026-03-09T15:00:00Z");
  EXPECT_EQ(text(task.at("reminders").at(0), "fireAt"), "2026-03-09T14:30:00Z");
  EXPECT_EQ(text(task, "title"), "dentist");
  EXPECT_EQ(text(task, "description"), "card");
  EXPECT_EQ(text(task, "priority"), "high");
  EXPECT_EQ(task.at("tags"), json::array{"health"});
  const auto refused = send(Method::patch, "/api/v1/tasks/" + id + "/due-date", R"({"title":"other"})");
  EXPECT_EQ(refused.status, 400);
}

TEST_F(TasksRoutes, BulkDoesEachByItself) {
  const auto id = make("milk");
  const auto reply = send(Method::post, "/api/v1/tasks/bulk",
                          R"({"operations":[{"op":"create","task":{"title":"bread"}},{"op":"complete","id":")" + id +
                              R"("},{"op":"complete","id":"00000000-0000-7000-8000-000000000001"},
                              {"op":"update","id":")" +
                              id + R"(","ifMatch":1,"changes":{"title":"oat milk"}},
                              {"op":"delete","id":")" +
                              id + R"("}]})",
                          {{"Idempotency-Key", "k"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto value = body(reply);
  const auto& results = value.at("results").as_array();
  std::vector<std::int64_t> statuses;
  for (const auto& result : results) statuses.push_back(result.at("status").as_int64());
  EXPECT_THAT(statuses, ElementsAre(201, 200, 404, 412, 204));
  EXPECT_EQ(text(results[2].at("error"), "type"), "urn:daybook:error:not-found");
  EXPECT_EQ(send(Method::post, "/api/v1/tasks/bulk", R"({"operations":[]})").status, 400);
  EXPECT_THAT(pointers(send(Method::post, "/api/v1/tasks/bulk", R"({"operations":[{"op":"create","task":{}}]})")),
              Contains("/operations/0/task/title"));
}

// Design, rule 13
TEST_F(TasksRoutes, AnIdempotencyKeyGivesTheFirstAnswerAgain) {
  const std::vector<std::pair<std::string, std::string>> key = {{"Idempotency-Key", "abc"}};
  const auto first = send(Method::post, "/api/v1/tasks", R"({"title":"milk"})", key);
  const auto again = send(Method::post, "/api/v1/tasks", R"({"title":"milk"})", key);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", R"({"title":"bread"})", key).status, 422);
  EXPECT_EQ(send(Method::post, "/api/v1/tasks", R"({"title":"x"})", {{"Idempotency-Key", "a b"}}).status, 400);
  EXPECT_EQ(send(Method::post, "/api/v1/tasks/1/complete", {}, {{"If-Match", "3"}}).status, 400);
}

TEST_F(TasksRoutes, FiltersAreSavedOnlyWhenTheListTakesThem) {
  const auto saved = send(Method::post, "/api/v1/tasks/filters", R"({"name":"Work","query":"status=open&tag=work"})");
  ASSERT_EQ(saved.status, 201) << saved.body;
  const auto id = text(body(saved), "id");
  EXPECT_THAT(pointers(send(Method::post, "/api/v1/tasks/filters", R"({"name":"Bad","query":"status=late"})")),
              ElementsAre("/query"));
  EXPECT_EQ(send(Method::patch, "/api/v1/tasks/filters/" + id, R"({"query":"q=x"})").status, 200);
  EXPECT_EQ(text(body(send(Method::get, "/api/v1/tasks/filters")).at("items").at(0), "query"), "q=x");
  EXPECT_EQ(send(Method::delete_, "/api/v1/tasks/filters/" + id).status, 204);
}

// J-01, J-02
TEST_F(TasksRoutes, NoRouteServesStrangersAndInternalOnesServeServicesOnly) {
  const auto id = make("secret");
  for (const auto& [method, pattern] : module_.router().routes()) {
    std::string path = pattern;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
    std::string body = method == Method::get || method == Method::delete_ ? "" : "{}";
    if (path.ends_with("/due-date")) body = R"({"dueDate":null})";
    const auto mine = std::exchange(principal_, std::nullopt);
    EXPECT_EQ(send(method, path, body).status, 401) << pattern;
    principal_ = mine;
    principal_->user = UserId{Uuid::v5(Uuid{}, "bob")};
    if (pattern.find("{id}") != std::string::npos) {
      // Ours are refused for being ours, or like everybody's for naming somebody else's task.
      const auto status = send(method, path, body).status;
      EXPECT_TRUE(status == 404 || (status == 403 && pattern.starts_with("/internal/"))) << pattern << status;
    }
    principal_ = mine;
  }
  EXPECT_EQ(send(Method::post, "/internal/v1/tasks/occurrences", R"({"title":"x"})").status, 403);
  EXPECT_EQ(send(Method::post, "/internal/v1/tasks/still-due", R"({"questions":[]})").status, 403);
  EXPECT_EQ(send(Method::get, "/api/v1/tasks/1").status, 200);
}

TEST_F(TasksRoutes, TheClientSpeaksThemAll) {
  RouterInvoker invoker(module_.router());
  Client client(invoker);
  Caller caller;
  caller.principal = Principal::of_service("chat", principal_->user);
  domain::TaskDraft draft;
  draft.title = "Plan \"trip\"";
  draft.tags = {"travel"};
  draft.due = parse_date("2026-03-09").value();
  draft.reminders = {{{}, domain::RemindDaysBefore{1, std::chrono::hours{18}}}};
  const auto made = wait(client.create(caller, draft)).value();
  EXPECT_EQ(made->title, "Plan \"trip\"");
  EXPECT_EQ(wait(client.get(caller, "1")).value(), made);
  domain::TaskQuery query;
  query.text = "tri";
  query.tags = {"travel"};
  query.due_to = parse_date("2026-03-09").value();
  query.sort = domain::Sort{domain::SortField::due, false};
  EXPECT_EQ(wait(client.list(caller, query)).value().items.at(0), made);
  domain::TaskPatch patch;
  patch.due = domain::When{};
  patch.estimate = std::optional<std::chrono::seconds>{std::chrono::hours{1}};
  EXPECT_FALSE(domain::is_set(wait(client.patch(caller, "1", patch, 1)).value()->due));
  EXPECT_EQ(wait(client.patch(caller, "1", patch, 7)).value()->version, 2);  // It holds already.
  EXPECT_EQ(wait(client.labels(caller)).value().tags.at(0).name, "travel");
  EXPECT_EQ(wait(client.complete(caller, "1")).value()->status, domain::Status::completed);
  EXPECT_EQ(wait(client.reopen(caller, "1")).value()->status, domain::Status::pending);
  const auto gone = wait(client.remove(caller, "1", Removal("chat-undo"))).value();
  EXPECT_TRUE(gone->deleted_at);
  EXPECT_EQ(wait(client.get(caller, "1")).error().code, Errc::not_found);
  EXPECT_EQ(wait(client.restore(caller, "1", gone->version)).value()->version, gone->version + 1);

  draft.id = TaskId{Uuid::v5(Uuid{}, "occurrence")};
  draft.series = SeriesId{Uuid::v5(Uuid{}, "series")};
  draft.recurrence_id = "2026-03-09T09:00:00+00:00";
  const auto occurrence = wait(client.create_occurrence(caller, draft)).value();
  EXPECT_EQ(occurrence->series, draft.series);
  EXPECT_EQ(wait(client.create_occurrence(caller, draft)).value(), occurrence);
  const auto answers = wait(client.still_due(caller, {{occurrence->id, occurrence->reminders.at(0).id, 1}})).value();
  EXPECT_FALSE(answers.at(0).due);  // Not yet.
  EXPECT_EQ(answers.at(0).fire_at, occurrence->reminders.at(0).fire_at);
}

// E-15, E-16: the forms in schemas/events
TEST(TasksConsumers, ReadWhatTheSchedulerAndIdentitySay) {
  CloudEvent event;
  event.id = EventId{Uuid::v5(Uuid{}, "e")};
  event.type = "reminder.updated";
  event.data = R"({"id":"01968f3e-8a11-7d00-8000-000000000001","taskId":"01968f3e-8a10-7c21-9d00-5b6a7c8d9e0f",
      "state":"snoozed","fireAt":"2026-03-05T14:30:00Z","snoozedUntil":"2026-03-05T15:00:00Z","version":4,"new":1})";
  const auto report = read_reminder_report(event).value();
  EXPECT_EQ(report.state, domain::ReminderState::snoozed);
  EXPECT_EQ(report.fire_at, parse_rfc3339("2026-03-05T15:00:00Z").value());
  event.data = R"({"id":"x"})";
  EXPECT_FALSE(read_reminder_report(event));
  event.data = R"({"timezone":"Europe/Berlin","preferences":{"allDayReminderTime":"08:30"},"version":2})";
  EXPECT_EQ(read_owner_report(event)->all_day, std::chrono::minutes{510});
  event.data = R"({"preferences":{"allDayReminderTime":"late"},"version":2})";
  EXPECT_FALSE(read_owner_report(event));
}

}  // namespace
}  // namespace daybook::tasks
