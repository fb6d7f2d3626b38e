#include <gmock/gmock.h>

#include "core/json.hpp"
#include "services/notifier/module.hpp"
#include "storage/sql/test_database.hpp"
#include "storage/sql/timer_table.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;
using storage::sql::TestDatabase;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A receiver that answers as the test says, and keeps what it got.
class ScriptedSender final : public ChannelSender {
 public:
  awaitable<Result<>> send(Channel, Notification notification, Uuid) override {
    sent.push_back(notification.title);
    co_return answer;
  }
  Result<> check(const Channel&) const override { return {}; }
  Result<> answer;
  std::vector<std::string> sent;
};

/// The role on a fresh file, with one webhook whose receiver is scripted.
class NotifierTest : public ::testing::Test {
 protected:
  NotifierTest() {
    auto sender = std::make_unique<ScriptedSender>();
    receiver_ = sender.get();
    senders_.emplace(ChannelKind::webhook, std::move(sender));
    service_.emplace(*store_, senders_, clock_,
                     [this](UserId, std::string) -> awaitable<Result<std::string>> { co_return digest_; });
    router_.emplace(make_router(*store_, *service_, clock_));
  }

  Reply send(Method method, std::string path, std::string body = {}) {
    Call call;
    call.method = method;
    call.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) call.query = path.substr(path.find('?') + 1);
    call.body = std::move(body);
    if (!call.body.empty()) call.headers.set("Content-Type", "application/json");
    call.principal.emplace();
    call.principal->user = user_;
    return database_.run(router_->dispatch(std::move(call)));
  }
  json::value json_of(const Reply& reply) { return *parse_json(reply.body); }

  CloudEvent reminder_event() {
    CloudEvent event;
    event.id = EventId::make(clock_.now());
    event.user = user_;
    event.type = "reminder.triggered";
    event.time = clock_.now();
    event.data = R"({"id":"01968f3e-8a11-7d00-8000-000000000001","taskId":"01968f3e-8a10-7c21-9d00-5b6a7c8d9e0e",
        "taskTitle":"Dentist"})";
    return event;
  }
  void add_webhook() {
    ASSERT_EQ(send(Method::post, "/api/v1/notification-channels",
                   R"({"kind":"webhook","target":"https://example.org/hook","secret":"s"})")
                  .status,
              201);
  }
  std::vector<Timer> timers() {
    auto select = [](storage::sql::Reader& db) -> Result<std::vector<Timer>> {
      std::vector<Timer> out;
      auto row = db.query("SELECT kind, key, user_id, due, version FROM notifier_timer ORDER BY due");
      while (row.step()) {
        Timer timer;
        timer.kind = row.text(0);
        timer.key = row.uuid(1);
        timer.user = UserId{row.uuid(2)};
        timer.due = row.instant(3);
        timer.version = row.integer(4);
        out.push_back(std::move(timer));
      }
      return out;
    };
    return database_.read(std::move(select)).value();
  }
  std::string delivery_states() {
    std::string out;
    const auto all = database_.run(store_->deliveries(user_, kReminder)).value();
    for (auto kind : {ChannelKind::in_app, ChannelKind::webhook, ChannelKind::email})
      for (const auto& delivery : all)
        if (delivery.kind == kind)
          out += std::string(to_string(kind)) + ":" + std::string(to_string(delivery.state)) + " ";
    return out;
  }

  const ReminderId kReminder = ReminderId::parse("01968f3e-8a11-7d00-8000-000000000001").value();
  TestDatabase database_{sql_migrations()};
  ManualClock clock_{parse_rfc3339("2026-03-05T14:45:00Z").value()};
  UserId user_ = UserId::make(clock_.now());
  Result<std::string> digest_ = std::string("Due today\n- Milk\n");
  std::unique_ptr<NotifierStore> store_ = make_sql_store(*database_);
  ChannelSenders senders_;
  ScriptedSender* receiver_ = nullptr;
  std::optional<Service> service_;
  std::optional<http::Router> router_;
};

// C-10, E-05, R-08: once however often the event comes
TEST_F(NotifierTest, RedeliveredReminderStandsInTheInboxOnce) {
  auto event = reminder_event();
  event.correlation_id = "why";
  ASSERT_TRUE(database_.run(service_->on_event(event)));
  ASSERT_TRUE(database_.run(service_->on_event(event)));
  const auto page = json_of(send(Method::get, "/api/v1/notifications"));
  ASSERT_EQ(page.at("items").as_array().size(), 1u);
  EXPECT_EQ(page.at("unread").as_int64(), 1);
  EXPECT_EQ(page.at("items").at(0).at("title").as_string(), "Reminder: Dentist");
  EXPECT_EQ(delivery_states(), "in-app:sent ");
  const auto events = database_.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "notification.sent");
  EXPECT_EQ(events[0].correlation_id, "why");
  EXPECT_THAT(events[0].data, HasSubstr(R"("channel":"in-app")"));
}

// E-01, F-03: where one's reminders go is written down for the audit, without what may be a secret.
TEST_F(NotifierTest, ChangesOfChannelsAndSettingsAreEvents) {
  add_webhook();
  const auto id =
      std::string(json_of(send(Method::get, "/api/v1/notification-channels")).at("items").at(0).at("id").as_string());
  EXPECT_EQ(send(Method::patch, "/api/v1/notification-channels/" + id, R"({"name":"Home"})").status, 200);
  EXPECT_EQ(send(Method::delete_, "/api/v1/notification-channels/" + id).status, 204);
  EXPECT_EQ(send(Method::delete_, "/api/v1/notification-channels/" + id).status, 404);
  EXPECT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"completionNotices":true})").status, 200);
  std::vector<std::string> actions;
  for (const auto& event : database_.events()) {
    EXPECT_EQ(event.type, "security.audited");
    EXPECT_THAT(event.data, testing::Not(HasSubstr("example.org")));
    actions.emplace_back(parse_json(event.data).value().at("action").as_string());
  }
  EXPECT_THAT(actions,
              ElementsAre("channel-added", "channel-changed", "channel-removed", "notification-settings-changed"));
}

// S-3.2.5
TEST_F(NotifierTest, WebhookIsSentByItsTimer) {
  add_webhook();
  auto event = reminder_event();
  event.correlation_id = "why";
  ASSERT_TRUE(database_.run(service_->on_event(event)));
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:pending ");
  ASSERT_EQ(timers().size(), 1u);
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timers()[0])));
  EXPECT_EQ(database_.events().back().correlation_id, "why");
  EXPECT_THAT(receiver_->sent, ElementsAre("Reminder: Dentist"));
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:sent ");
  EXPECT_TRUE(timers().empty());
}

// C-12, R-06: 3 retries with backoff, then an entry for the audit
TEST_F(NotifierTest, FailingChannelIsTriedFourTimesThenGivenUpAloud) {
  add_webhook();
  receiver_->answer = Error{Errc::unavailable, "The receiver answered 503."};
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  std::vector<Instant> tries;
  while (!timers().empty()) {
    const auto timer = timers()[0];
    clock_.set(std::max(clock_.now(), timer.due));
    tries.push_back(clock_.now());
    ASSERT_TRUE(database_.run(service_->on_delivery_timer(timer)));
  }
  ASSERT_EQ(tries.size(), 4u);
  EXPECT_GT(tries[2] - tries[1], tries[1] - tries[0]);
  EXPECT_GT(tries[3] - tries[2], tries[2] - tries[1]);
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:failed ");
  const auto events = database_.events();
  EXPECT_THAT(events.back().data, HasSubstr(R"("status":"failed")"));
  EXPECT_THAT(events.back().data, HasSubstr("503"));
}

TEST_F(NotifierTest, RefusalForGoodIsNotRepeated) {
  add_webhook();
  receiver_->answer = Error{Errc::unprocessable, "The receiver answered 410."};
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timers()[0])));
  EXPECT_TRUE(timers().empty());
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:failed ");
}

TEST_F(NotifierTest, SecondFiringOfATimerSendsNothing) {
  add_webhook();
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  const auto timer = timers()[0];
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timer)));
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timer)));
  EXPECT_EQ(receiver_->sent.size(), 1u);
}

TEST_F(NotifierTest, QuietHoursHoldChannelsBackButNotTheInbox) {
  add_webhook();
  const auto set =
      send(Method::patch, "/api/v1/notifications/settings", R"({"quietHours":{"from":"14:00","to":"16:00"}})");
  ASSERT_EQ(set.status, 200) << set.body;
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:pending ");
  ASSERT_EQ(timers().size(), 1u);
  EXPECT_EQ(timers()[0].due, parse_rfc3339("2026-03-05T16:00:00Z").value());
}

// C-13
TEST_F(NotifierTest, DigestComesOnceADayAndSetsTheNext) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  const auto timer = timers().at(0);
  EXPECT_EQ(timer.due, parse_rfc3339("2026-03-06T07:30:00Z").value());
  clock_.set(timer.due);
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timer)));
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timer)));
  const auto items = json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].at("body").as_string(), "Due today\n- Milk\n");
  ASSERT_EQ(timers().size(), 1u);
  EXPECT_EQ(timers()[0].due, parse_rfc3339("2026-03-07T07:30:00Z").value());
}

// C-11: a digest stands among the others by its time, also from page to page.
TEST_F(NotifierTest, TheInboxIsInTheOrderOfTimeWithItsDigests) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  for (int day = 0; day < 3; ++day) {
    clock_.set(timers().at(0).due);
    ASSERT_TRUE(database_.run(service_->on_digest_timer(timers().at(0))));
    clock_.advance(1h);
    ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  }
  std::string kinds, cursor;
  for (;;) {
    const auto page = json_of(send(Method::get, "/api/v1/notifications?limit=2" + cursor));
    for (const auto& each : page.at("items").as_array()) kinds += each.at("kind").as_string().front();
    if (page.at("nextCursor").is_null()) break;
    cursor = "&cursor=" + std::string(page.at("nextCursor").as_string());
  }
  EXPECT_EQ(kinds, "rdrdrd");
}

// C-13: what cannot be written today does not end the digests.
TEST_F(NotifierTest, ADigestThatFailsIsTriedAgainTheNextDay) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  const auto timer = timers().at(0);
  clock_.set(timer.due);
  digest_ = Error{Errc::unavailable, "away"};
  EXPECT_FALSE(database_.run(service_->on_digest_timer(timer)));  // To be fired again soon.
  EXPECT_EQ(timers().at(0), timer);
  digest_ = Error{Errc::corrupt, "a bug"};
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timer)));
  EXPECT_EQ(timers().at(0).due, timer.due + 24h);
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size(), 0u);
}

// C-13: a server that was down over the hour makes up for it once, with what is true then
TEST_F(NotifierTest, DigestThatComesLateComesOnceThatDay) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  clock_.set(parse_rfc3339("2026-03-09T09:00:00Z").value());  // Down for three days.
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timers().at(0))));
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size(), 1u);
  EXPECT_EQ(timers().at(0).due, parse_rfc3339("2026-03-10T07:30:00Z").value());
}

TEST_F(NotifierTest, DigestOfYesterdayIsLeftOutWhenTodaysIsStillToCome) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  clock_.set(parse_rfc3339("2026-03-07T03:00:00Z").value());
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timers().at(0))));
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size(), 0u);
  EXPECT_EQ(timers().at(0).due, parse_rfc3339("2026-03-07T07:30:00Z").value());
}

TEST_F(NotifierTest, DigestIsNotRepeatedOnTheDayWhenItsHourIsMoved) {
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"07:30"})").status, 200);
  clock_.set(timers().at(0).due);
  ASSERT_TRUE(database_.run(service_->on_digest_timer(timers().at(0))));
  ASSERT_EQ(send(Method::patch, "/api/v1/notifications/settings", R"({"digestAt":"18:00"})").status, 200);
  EXPECT_EQ(timers().at(0).due, parse_rfc3339("2026-03-07T18:00:00Z").value());
  CloudEvent moved = reminder_event();
  moved.type = "user.updated";
  moved.data = R"({"timezone":"America/New_York"})";
  ASSERT_TRUE(database_.run(service_->on_event(moved)));
  EXPECT_EQ(timers().at(0).due, parse_rfc3339("2026-03-07T23:00:00Z").value());
}

// C-13: cleanup as a job
TEST_F(NotifierTest, OldNotificationsAndTheirDeliveriesGo) {
  add_webhook();
  ASSERT_TRUE(database_.run(service_->start()));
  ASSERT_TRUE(database_.run(service_->start()));
  const auto began = clock_.now();
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  ASSERT_EQ(send(Method::post, "/api/v1/notifications/read-all").status, 204);
  clock_.advance(1h);
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  const auto left_after = [this](Instant now) {
    clock_.set(now);
    for (const auto& timer : timers())
      if (timer.kind == kTidyTimer) {
        EXPECT_TRUE(database_.run(service_->on_tidy_timer(timer)));
      }
    EXPECT_EQ(std::ranges::count(timers(), kTidyTimer, &Timer::kind), 1);
    const auto items = json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size();
    EXPECT_EQ(database_.run(store_->deliveries(user_, kReminder)).value().size(), 2 * items);
    return items;
  };
  EXPECT_EQ(left_after(began + std::chrono::days{30}), 2u);
  EXPECT_EQ(left_after(began + std::chrono::days{30} + 1s), 1u);  // Read ones after 30 days,
  EXPECT_EQ(left_after(began + std::chrono::days{90}), 1u);
  EXPECT_EQ(left_after(began + std::chrono::days{90} + 2h), 0u);  // all after 90.
}

TEST_F(NotifierTest, ReceiverThatIsGoneEndsItsChannel) {
  add_webhook();
  receiver_->answer = Error{Errc::not_found, "The receiver answered 410."};
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timers().at(0))));
  EXPECT_THAT(send(Method::get, "/api/v1/notification-channels").body, HasSubstr(R"("enabled":false)"));
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:failed ");
}

// C-10: what was read while quiet hours held it back is not sent after them
TEST_F(NotifierTest, WhatWasReadMeanwhileIsNotSentAfterQuietHours) {
  add_webhook();
  send(Method::patch, "/api/v1/notifications/settings", R"({"quietHours":{"from":"14:00","to":"16:00"}})");
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  ASSERT_EQ(send(Method::post, "/api/v1/notifications/read-all").status, 204);
  clock_.set(timers().at(0).due);
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timers().at(0))));
  EXPECT_TRUE(receiver_->sent.empty());
  EXPECT_EQ(delivery_states(), "in-app:sent webhook:skipped ");
}

TEST_F(NotifierTest, RetriesKeepQuietHours) {
  add_webhook();
  send(Method::patch, "/api/v1/notifications/settings", R"({"quietHours":{"from":"14:46","to":"16:00"}})");
  receiver_->answer = Error{Errc::unavailable, "The receiver answered 503."};
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  clock_.advance(58s);
  ASSERT_TRUE(database_.run(service_->on_delivery_timer(timers().at(0))));
  EXPECT_EQ(timers().at(0).due, parse_rfc3339("2026-03-05T16:00:00Z").value());
}

// R-15: the answer for each of the reminders that one summary stands for
TEST_F(NotifierTest, SummaryAnswersForEachOfItsReminders) {
  CloudEvent event = reminder_event();
  event.data = R"({"id":"01968f3e-8a11-7d00-8000-000000000001","taskTitle":"A","merged":[
      {"id":"01968f3e-8a11-7d00-8000-000000000001","taskTitle":"A"},
      {"id":"01968f3e-8a11-7d00-8000-000000000002","taskTitle":"B"}]})";
  ASSERT_TRUE(database_.run(service_->on_event(event)));
  const auto second = ReminderId::parse("01968f3e-8a11-7d00-8000-000000000002").value();
  EXPECT_EQ(database_.run(store_->deliveries(user_, second)).value().size(), 1u);
}

TEST_F(NotifierTest, ReadingIsIdempotentAndNobodyElsesConcern) {
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  const auto id =
      std::string(json_of(send(Method::get, "/api/v1/notifications")).at("items").at(0).at("id").as_string());
  EXPECT_EQ(send(Method::post, "/api/v1/notifications/" + id + "/read").status, 200);
  EXPECT_EQ(send(Method::post, "/api/v1/notifications/" + id + "/read").status, 200);
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications?unread=true")).at("items").as_array().size(), 0u);
  user_ = UserId::make(clock_.now());
  EXPECT_EQ(send(Method::post, "/api/v1/notifications/" + id + "/read").status, 404);
}

TEST_F(NotifierTest, SecretsAreNeverShown) {
  add_webhook();
  const auto channels = send(Method::get, "/api/v1/notification-channels");
  EXPECT_THAT(channels.body, HasSubstr(R"("hasSecret":true)"));
  EXPECT_THAT(channels.body, ::testing::Not(HasSubstr(R"("secret")")));
}

TEST_F(NotifierTest, WrongFieldsAreEachNamed) {
  const auto reply =
      send(Method::post, "/api/v1/notification-channels", R"({"kind":"pigeon","name":7,"colour":"red"})");
  EXPECT_EQ(reply.status, 400);
  for (const auto* pointer : {"/kind", "/name", "/target", "/colour"}) EXPECT_THAT(reply.body, HasSubstr(pointer));
}

// C-05: an address gets a code and nothing else until it is entered.
TEST_F(NotifierTest, AMailAddressWaitsForItsCode) {
  auto own = std::make_unique<ScriptedSender>();
  auto& mail = *own;
  senders_.emplace(ChannelKind::email, std::move(own));
  service_->set_senders(senders_);
  const std::string path = "/api/v1/notification-channels";
  const std::string body = R"({"kind":"email","target":"ann@example.org"})";
  const auto made = json_of(send(Method::post, path, body)).as_object();
  EXPECT_FALSE(made.at("confirmed").as_bool());
  const auto own_path = path + "/" + std::string(made.at("id").as_string());
  ASSERT_EQ(mail.sent.size(), 1u);
  const auto code = mail.sent[0].substr(0, 6);
  const auto enter = [&](const std::string& text) {
    return send(Method::post, own_path + "/confirm", R"({"code":")" + text + "\"}").status;
  };
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  EXPECT_EQ(delivery_states(), "in-app:sent email:skipped ");
  EXPECT_EQ(send(Method::post, own_path + "/test").status, 422);
  EXPECT_EQ(enter(code == "000000" ? "000001" : "000000"), 422);
  EXPECT_EQ(enter(code), 200);
  EXPECT_EQ(enter(code), 200);  // Again is the same.
  EXPECT_EQ(send(Method::post, own_path + "/test").status, 204);
  EXPECT_EQ(send(Method::post, own_path + "/code").status, 204);
  EXPECT_THAT(mail.sent, ::testing::SizeIs(2)) << "a confirmed address needs no code";
  // Another address is another reader.
  EXPECT_THAT(send(Method::patch, own_path, R"({"name":"Mail"})").body, HasSubstr(R"("confirmed":true)"));
  EXPECT_THAT(send(Method::patch, own_path, R"({"target":"bob@example.org"})").body, HasSubstr(R"("confirmed":false)"));
  EXPECT_EQ(enter(code), 422);
  ASSERT_EQ(mail.sent.size(), 3u);
  clock_.advance(25h);
  EXPECT_EQ(enter(mail.sent.back().substr(0, 6)), 422);
}

// So that nobody is flooded, and nobody guesses.
TEST_F(NotifierTest, CodesAndTriesAreFew) {
  auto own = std::make_unique<ScriptedSender>();
  auto& mail = *own;
  senders_.emplace(ChannelKind::email, std::move(own));
  service_->set_senders(senders_);
  const std::string path = "/api/v1/notification-channels";
  std::string last;
  for (int i = 0; i < 7; ++i) {  // Deleting and making it again is no way around.
    const auto made = json_of(send(Method::post, path, R"({"kind":"email","target":"ann@example.org"})"));
    last = path + "/" + std::string(made.at("id").as_string());
    if (i < 6) {
      EXPECT_EQ(send(Method::delete_, last).status, 204);
    }
  }
  EXPECT_EQ(mail.sent.size(), 5u);
  const auto refused = send(Method::post, last + "/code");
  EXPECT_EQ(refused.status, 429);
  clock_.advance(61min);
  EXPECT_EQ(send(Method::post, last + "/code").status, 204);
  const auto code = mail.sent.back().substr(0, 6);
  const std::string wrong = code == "000000" ? "000001" : "000000";
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(send(Method::post, last + "/confirm", R"({"code":")" + wrong + "\"}").status, 422);
  EXPECT_EQ(send(Method::post, last + "/confirm", R"({"code":")" + code + "\"}").status, 422);
  mail.answer = Error{Errc::unavailable, "The mail server is away."};
  EXPECT_THAT(send(Method::post, last + "/code").body, HasSubstr("The mail server is away."));
}

// Design, rule 14
TEST_F(NotifierTest, DeletedUserLeavesNothingBehind) {
  add_webhook();
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  CloudEvent gone = reminder_event();
  gone.type = "user.deleted";
  gone.data = "{}";
  ASSERT_TRUE(database_.run(service_->on_event(gone)));
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size(), 0u);
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notification-channels")).at("items").as_array().size(), 0u);
  // Nor does late news begin it anew.
  ASSERT_TRUE(database_.run(service_->on_event(reminder_event())));
  gone.id = EventId::make(clock_.now());
  gone.type = "user.updated";
  gone.data = R"({"timezone":"Asia/Tokyo"})";
  ASSERT_TRUE(database_.run(service_->on_event(gone)));
  EXPECT_EQ(json_of(send(Method::get, "/api/v1/notifications")).at("items").as_array().size(), 0u);
  EXPECT_EQ(database_.run(store_->preferences(user_))->timezone, "UTC");
}

}  // namespace
}  // namespace daybook::notifier
