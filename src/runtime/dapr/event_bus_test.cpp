#include "runtime/dapr/event_bus.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "core/json.hpp"
#include "runtime/dapr/app_channel.hpp"
#include "runtime/dapr/principal_header.hpp"

namespace daybook::runtime::dapr {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TopicTable read_table() {
  std::ifstream in(DAYBOOK_SOURCE_DIR "/schemas/topics.json");
  return TopicTable::parse(std::string{std::istreambuf_iterator<char>(in), {}}).value();
}

CloudEvent make_event(std::string type) {
  CloudEvent event;
  event.id = EventId{Uuid::random()};
  event.source = "/daybook/tasks";
  event.type = std::move(type);
  event.user = UserId{Uuid::random()};
  event.data = "{}";
  return event;
}

class DaprEventBus : public ::testing::Test {
 protected:
  DaprEventBus() {
    EventBusOptions options;
    options.app_id = "notifier";
    options.jitter = [] { return 0.0; };
    options.pause = [this](std::chrono::milliseconds time) -> awaitable<void> {
      waited_ += time;
      co_return;
    };
    options.park = [this](std::string group, CloudEvent, std::string reason, int tries) -> awaitable<Result<>> {
      if (!park_works_) co_return Error{Errc::unavailable, "disk full"};
      parked_.push_back(group + ": " + reason + " after " + std::to_string(tries));
      co_return Result<>{};
    };
    bus_ = std::make_unique<EventBus>(loop_.get_executor(), table_, std::move(options));
  }

  void group(const std::string& name, std::vector<std::string> types, std::function<Result<>(const CloudEvent&)> f) {
    Subscription subscription{.group = name, .types = std::move(types)};
    bus_->subscribe(std::move(subscription), [this, name, f = std::move(f)](std::vector<CloudEvent> events) {
      return handle(name, f, std::move(events));
    });
  }
  awaitable<std::vector<Result<>>> handle(std::string name, std::function<Result<>(const CloudEvent&)> f,
                                          std::vector<CloudEvent> events) {
    std::vector<Result<>> out;
    for (const auto& event : events) {
      seen_.push_back(name + " " + event.type);
      out.push_back(f(event));
    }
    co_return out;
  }

  Reply run(awaitable<Reply> work) {
    Reply out;
    asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr thrown, Reply reply) {
      if (thrown) std::rethrow_exception(thrown);
      out = std::move(reply);
    });
    loop_.restart();
    loop_.run();
    return out;
  }
  Reply deliver(const CloudEvent& event) { return run(bus_->deliver(event.type, to_json(event))); }
  Reply deliver_bulk(const std::vector<CloudEvent>& events) {
    json::array entries;
    for (std::size_t i = 0; i < events.size(); ++i)
      entries.push_back({{"entryId", std::to_string(i)}, {"event", json::parse(to_json(events[i]))}});
    return run(bus_->deliver(events.front().type, json::serialize(json::object{{"entries", entries}})));
  }

  asio::io_context loop_{1};
  const TopicTable table_ = read_table();
  std::vector<std::string> seen_, parked_;
  std::chrono::milliseconds waited_{0};
  bool park_works_ = true;
  std::unique_ptr<EventBus> bus_;
};

const auto kFine = [](const CloudEvent&) { return Result<>{}; };
const auto kAway = [](const CloudEvent&) { return Result<>(Error{Errc::unavailable, "the store is away"}); };
const auto kPoison = [](const CloudEvent&) { return Result<>(Error{Errc::invalid_argument, "indigestible"}); };

// E-06, E-10, decision 11
TEST_F(DaprEventBus, AsksForEachTopicOnceWithItsDeadLetterTopic) {
  group("a", {"task.completed"}, kFine);
  group("b", {"task.completed", "reminder.triggered"}, kFine);
  const auto list = json::parse(bus_->subscriptions().body).as_array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].at("topic"), "task.completed");
  EXPECT_EQ(list[1].at("route"), "/dapr/events/task.completed");
  EXPECT_EQ(list[1].at("deadLetterTopic"), "task.completed.notifier.dlq");
}

TEST_F(DaprEventBus, HandsAnEventToEveryGroupThatWantsIt) {
  group("a", {"task.*"}, kFine);
  group("b", {"reminder.*"}, kFine);
  group("c", {"*"}, kFine);
  const auto reply = deliver(make_event("task.completed"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"status":"SUCCESS"})");
  EXPECT_THAT(seen_, ElementsAre("a task.completed", "c task.completed"));
}

// Design, rule 5
TEST_F(DaprEventBus, AnswersRetryWhileADependencyIsAwayAndSaysSo) {
  group("a", {"*"}, kFine);
  group("b", {"*"}, kAway);
  EXPECT_EQ(deliver(make_event("task.completed")).body, R"({"status":"RETRY"})");
  EXPECT_EQ(waited_.count(), 0);
  EXPECT_TRUE(parked_.empty());
}

TEST_F(DaprEventBus, ParksPoisonAfterFiveTriesWithinTenSecondsAndDropsIt) {
  group("b", {"*"}, kPoison);
  EXPECT_EQ(deliver(make_event("task.completed")).body, R"({"status":"DROP"})");
  EXPECT_EQ(seen_.size(), 5u);
  EXPECT_LE(waited_, std::chrono::seconds{10});
  EXPECT_THAT(parked_, ElementsAre("b: indigestible after 5"));
}

TEST_F(DaprEventBus, KeepsPoisonThatCannotBeParked) {
  group("b", {"*"}, kPoison);
  park_works_ = false;
  EXPECT_EQ(deliver(make_event("task.completed")).body, R"({"status":"RETRY"})");
}

TEST_F(DaprEventBus, WhatOneGroupHasYetToDoIsNotDroppedForAnother) {
  group("a", {"*"}, kPoison);
  group("b", {"*"}, kAway);
  EXPECT_EQ(deliver(make_event("task.completed")).body, R"({"status":"RETRY"})");
}

TEST_F(DaprEventBus, AnswersForEachEntryOfABulkByItself) {
  const auto good = make_event("task.completed"), waits = make_event("task.completed"),
             bad = make_event("task.completed");
  group("a", {"*"}, [&](const CloudEvent& event) -> Result<> {
    if (event.id == waits.id) return Error{Errc::timeout, "slow"};
    if (event.id == bad.id) throw std::runtime_error("a bug");
    return {};
  });
  // The throw takes its batch along; alone, each gets its own answer.
  const auto statuses = json::parse(deliver_bulk({good, waits, bad}).body).at("statuses").as_array();
  ASSERT_EQ(statuses.size(), 3u);
  EXPECT_EQ(statuses[0].at("entryId"), "0");
  EXPECT_EQ(statuses[0].at("status"), "SUCCESS");
  EXPECT_EQ(statuses[1].at("status"), "RETRY");
  EXPECT_EQ(statuses[2].at("status"), "DROP");
}

TEST_F(DaprEventBus, DropsWhatIsNoEventAndNeverAnswers404) {
  group("a", {"*"}, kFine);
  for (const char* body : {"", "[]", "{}", R"({"entries":[{"entryId":"1","event":"x"}]})"}) {
    const auto reply = run(bus_->deliver("task.completed", body));
    EXPECT_EQ(reply.status, 200) << body;
    EXPECT_THAT(reply.body, HasSubstr("DROP")) << body;
  }
  EXPECT_EQ(run(bus_->deliver("no.such.topic", to_json(make_event("no.such.topic")))).status, 200);
}

TEST_F(DaprEventBus, PutsDeliveriesOffOnceItStops) {
  group("a", {"*"}, kFine);
  auto stop = [](EventBus& bus) -> awaitable<Reply> {
    co_await bus.stop();
    co_return Reply{};
  };
  run(stop(*bus_));
  EXPECT_EQ(deliver(make_event("task.completed")).status, 503);
  EXPECT_TRUE(seen_.empty());
}

// ---- the channel around it

class Channel : public DaprEventBus {
 protected:
  Reply ask(Call call) { return run(channel_.handle(std::move(call))); }
  static Call make(std::string path, const char* token) {
    Call call;
    call.path = std::move(path);
    if (token) call.headers.set("dapr-api-token", token);
    return call;
  }
  awaitable<Reply> serve(Call call) {
    served_ = std::move(call);
    co_return Reply{200};
  }
  bool healthy_ = true;
  std::optional<Call> served_;
  AppChannel channel_{{.bus = *bus_,
                       .healthy = [this]() -> awaitable<bool> { co_return healthy_; },
                       .probes = [](Call) -> awaitable<Reply> {
                         co_return Reply{200, "probe"};
                       }},
                      "secret"};
};

// Design, rule 18
TEST_F(Channel, ServesNobodyWithoutTheAppToken) {
  channel_.serve("tasks", [this](Call call) { return serve(std::move(call)); });
  for (const char* path : {"/dapr/subscribe", "/dapr/events/task.created", "/job/x", "/api/v1/tasks", "/"})
    for (const char* token : {static_cast<const char*>(nullptr), "wrong"})
      EXPECT_EQ(ask(make(path, token)).status, 401);
  EXPECT_FALSE(served_);
  EXPECT_EQ(ask(make("/health", nullptr)).status, 200);
  EXPECT_EQ(ask(make("/dapr/health", nullptr)).status, 204);
  healthy_ = false;
  EXPECT_EQ(ask(make("/dapr/health", nullptr)).status, 503);
}

TEST_F(Channel, GivesACallToItsRoleWithWhoItIsFor) {
  channel_.serve("tasks", [this](Call call) { return serve(std::move(call)); });
  auto call = make("/api/v1/tasks", "secret");
  EXPECT_EQ(ask(call).status, 404);
  call.headers.set("Daybook-Role", "tasks");
  EXPECT_EQ(ask(call).status, 200);
  EXPECT_FALSE(served_->principal);
  auto principal = Principal::of_service("scheduler", UserId{Uuid::random()});
  call.headers.set(std::string(kPrincipalHeader), encode_principal(principal));
  EXPECT_EQ(ask(call).status, 200);
  ASSERT_TRUE(served_->principal);
  EXPECT_EQ(served_->principal->user, principal.user);
  EXPECT_EQ(served_->principal->service, "scheduler");
  call.headers.set(std::string(kPrincipalHeader), "forged");
  EXPECT_EQ(ask(call).status, 401);
}

}  // namespace
}  // namespace daybook::runtime::dapr
