#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/ids.hpp"
#include "core/trace.hpp"

namespace daybook::notifier {

/// A message in a person's inbox.
struct Notification {
  NotificationId id;
  UserId user;
  std::string kind;  ///< "reminder", "summary" (several reminders at once), "completion", "digest", "test".
  std::string title;
  std::string body;
  std::optional<TaskId> task;
  std::optional<ReminderId> reminder;
  std::vector<ReminderId> reminders;  ///< All that it stands for. Not read back from the store.
  Instant created_at{};
  std::optional<Instant> read_at;
  std::int64_t version = 1;
  Trace trace{};  ///< Of what brought it about; its events carry it on.
};

/// What a person may choose a channel for. A summary is a reminder; a test always goes.
enum class Topic { reminder, digest, completion };
inline constexpr Topic kTopics[] = {Topic::reminder, Topic::digest, Topic::completion};
std::string_view to_string(Topic topic);
std::optional<Topic> topic_of(std::string_view kind);

/// Where messages go beside the inbox.
enum class ChannelKind { in_app, email, webhook, push, web_push };
std::string_view to_string(ChannelKind kind);
std::optional<ChannelKind> parse_channel_kind(std::string_view text);

struct Channel {
  Uuid id;
  UserId user;
  ChannelKind kind = ChannelKind::webhook;
  std::string name;
  std::string target;  ///< An e-mail address, a webhook's or push server's URL, or a push subscription's endpoint.
  std::string secret;  ///< Signs webhooks; token of a push server; keys of a push subscription as JSON.
  std::set<Topic> topics = {Topic::reminder, Topic::digest};
  bool enabled = true;
  /// Whoever reads mail there has said that they want it. Nothing goes to an address that has not been confirmed but
  /// the code that confirms it.
  bool confirmed = true;
  Instant created_at{};
  std::int64_t version = 1;
};

/// One attempt-until-done at bringing a notification to a channel: a line of the ledger.
struct Delivery {
  enum class State { pending, sent, failed, skipped };
  struct Attempt {
    Instant at{};
    std::string problem;  ///< Empty: the receiver took it.
  };
  Uuid id;
  UserId user;
  NotificationId notification;
  std::optional<ReminderId> reminder;
  Uuid channel;  ///< Nil for in-app.
  ChannelKind kind = ChannelKind::in_app;
  std::string channel_name;  ///< As it was then: the channel may go.
  State state = State::pending;
  int attempts = 0;
  std::vector<Attempt> log;  ///< One an attempt, oldest first.
  std::string reason;        ///< Why it failed, waits or was skipped, for the person to read.
  Instant updated_at{};
  std::optional<Instant> next_attempt;
};
std::string_view to_string(Delivery::State state);

/// What a person chose, with what the notifier knows of them from user.* events.
struct Preferences {
  std::string timezone = "UTC";
  std::string email;
  bool completion_notices = true;
  std::optional<std::chrono::minutes> digest_at;                               ///< Local time of the daily digest.
  std::optional<Date> digest_on;                                               ///< The local day of the last one.
  std::optional<std::pair<std::chrono::minutes, std::chrono::minutes>> quiet;  ///< Local, may cross midnight.
  std::int64_t version = 0;
};

/// 1 try and 3 retries (C-12, R-06). nullopt: give up. `attempts` made so far, at least 1; jitter 0 to 1.
std::optional<std::chrono::seconds> retry_after(int attempts, double jitter);

/// When a message that would go out at `at` may go: at once, or when the quiet hours end.
Instant after_quiet_hours(const Preferences& preferences, Instant at);

/// The next local `digest_at` strictly after `after`, on a day later than the last digest's: whoever moves west has one
/// digest on the day that they live through twice. nullopt when no digest is wanted.
std::optional<Instant> next_digest(const Preferences& preferences, Instant after);
/// The digest's timer for someone who moved from `before`'s zone to `after`'s: whoever moves east over the hour of the
/// digest has it at once instead of not at all that day.
std::optional<Instant> next_digest_after_move(const Preferences& before, const Preferences& after, Instant now);

/// The local day at `at`.
Date local_day(const Preferences& preferences, Instant at);

/// "Waits for the end of your quiet hours, …"
std::string quiet_hours_reason(const Preferences& preferences, Instant until);
/// A sentence on what became of a delivery, with local times: the answer to "why didn't I get it?".
std::string explain(const Delivery& delivery, const Preferences& preferences);

/// The id of the notification that an event causes: the same each time, and in the order of the events' ids.
NotificationId notification_id(const EventId& cause);

/// The notification that an event asks for; nullopt when it asks for none.
/// Errors: invalid_argument when the event's data misses what a message needs (poison).
Result<std::optional<Notification>> notification_of(const CloudEvent& event, const Preferences& preferences);

/// schemas/openapi.yaml, Notification; also what the data of notification.* is made of.
std::string to_json(const Notification& notification);
/// schemas/openapi.yaml, Channel: whether there is a secret, never the secret.
std::string channel_json(const Channel& channel);

}  // namespace daybook::notifier
