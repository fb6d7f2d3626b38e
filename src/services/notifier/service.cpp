#include "services/notifier/service.hpp"

#include "services/notifier/confirmation.hpp"
#include "telemetry/log.hpp"

namespace daybook::notifier {

using boost::asio::awaitable;

namespace {

/// Longer than a message waits for its first try unless quiet hours, or a server that was down, held it back.
constexpr auto kHeldBack = std::chrono::minutes{5};
constexpr auto kTidyEvery = std::chrono::days{1};
constexpr auto kKeepRead = std::chrono::days{30};
constexpr auto kKeepAny = std::chrono::days{90};

}  // namespace

awaitable<Result<>> Service::on_event(CloudEvent event) {
  const Instant now = clock_.now();
  if (event.type.starts_with("user.")) co_return co_await store_.apply_user(std::move(event), now);
  const auto preferences = co_await store_.preferences(event.user);
  if (!preferences) co_return preferences.error();
  auto notification = notification_of(event, *preferences);
  if (!notification) co_return notification.error();
  if (!*notification) co_return Result<>{};
  (*notification)->trace = Trace::of(event);
  co_return co_await store_.notify(std::move(**notification), event.id, std::nullopt, now);
}

awaitable<Result<>> Service::on_delivery_timer(Timer timer) {
  auto pending = co_await store_.pending(timer.user, timer.key);
  if (!pending) co_return pending.error();
  if (!*pending) co_return co_await store_.drop_timer(std::move(timer));
  Delivery delivery = (*pending)->delivery;
  const Channel& channel = (*pending)->channel;
  const Notification& notification = (*pending)->notification;
  const auto sender = sender_of(channel.kind);
  const bool held_back = delivery.log.empty() && clock_.now() - notification.created_at > kHeldBack;

  delivery.state = Delivery::State::skipped;
  Result<> sent;
  auto fate = ChannelFate::keep;
  if (!channel.enabled || channel.id.is_nil()) {
    delivery.reason = "You have switched this channel off, or deleted it.";
  } else if (!channel.confirmed) {
    delivery.reason = kUnconfirmed;
  } else if (!sender) {
    delivery.reason = "This server has no " + std::string(to_string(delivery.kind)) + " delivery configured.";
  } else if (held_back && notification.read_at) {
    delivery.reason = "You had read it in Daybook before it was to be sent.";
  } else {
    sent = co_await sender->send(channel, notification, delivery.id);
    ++delivery.attempts;
    delivery.log.push_back({clock_.now(), sent ? std::string{} : sent.error().detail});
    delivery.state = sent ? Delivery::State::sent : Delivery::State::failed;
    delivery.reason = sent ? std::string{} : sent.error().detail;
  }
  const Instant now = clock_.now();
  delivery.updated_at = now;
  delivery.next_attempt.reset();
  if (!sent && sent.error().code == Errc::not_found) {
    fate = channel.kind == ChannelKind::web_push ? ChannelFate::remove : ChannelFate::switch_off;
    delivery.reason += fate == ChannelFate::remove ? " The channel was removed." : " The channel was switched off.";
  } else if (!sent && is_transient(sent.error().code)) {
    const double jitter = static_cast<double>(Uuid::random().bytes()[0]) / 255.0;
    if (const auto wait = retry_after(delivery.attempts, jitter)) {
      delivery.state = Delivery::State::pending;
      delivery.next_attempt = after_quiet_hours((*pending)->preferences, now + *wait);
    }
  }
  co_return co_await store_.record_attempt(std::move(delivery), std::move(timer), fate, now);
}

awaitable<Result<>> Service::on_digest_timer(Timer timer) {
  const auto preferences = co_await store_.preferences(timer.user);
  if (!preferences) co_return preferences.error();
  const Instant now = clock_.now();
  const Date today = local_day(*preferences, now);
  // The server was down over yesterday's hour, and today's is still to come: one digest is enough.
  const auto next = next_digest(*preferences, now);
  if (local_day(*preferences, timer.due) < today && next && local_day(*preferences, *next) == today)
    co_return co_await store_.skip_digest(std::move(timer), now);
  auto body = co_await digest_(timer.user, preferences->timezone);
  if (!body && is_transient(body.error().code)) co_return body.error();
  if (!body) {
    // Tomorrow's is tried again, whatever was wrong with today's.
    log::error("digest left out", {{"reason", body.error().detail}});
    co_return co_await store_.skip_digest(std::move(timer), now);
  }
  Notification digest;
  // One a local day, however often timers fire and wherever the person has moved.
  digest.id = NotificationId{Uuid::v5(timer.user.value, "digest " + format_date(today))};
  digest.user = timer.user;
  digest.kind = "digest";
  digest.title = "Your day";
  digest.body = body->empty() ? "Nothing is due today. Enjoy it." : std::move(*body);
  digest.created_at = now;
  co_return co_await store_.notify(std::move(digest), std::nullopt, std::move(timer), now);
}

awaitable<Result<>> Service::start() { co_return co_await store_.plan_tidy(clock_.now() + kTidyEvery); }

awaitable<Result<>> Service::on_tidy_timer(Timer timer) {
  const Instant now = clock_.now();
  for (bool more = true; more;) {
    const auto slice = co_await store_.tidy(now - kKeepRead, now - kKeepAny);
    if (!slice) co_return slice.error();
    more = *slice;
  }
  co_return co_await store_.tidied(std::move(timer), now + kTidyEvery);
}

awaitable<Result<Channel>> Service::save_channel(Command command, Channel channel) {
  const auto sender = sender_of(channel.kind);
  if (!sender)
    co_return Error{Errc::unsupported,
                    "This server has no " + std::string(to_string(channel.kind)) + " delivery configured."};
  if (auto usable = sender->check(channel); !usable) co_return usable.error();
  auto saved = co_await store_.save_channel(std::move(command), std::move(channel));
  if (saved && !saved->confirmed)
    ignore(co_await mail_code(saved->user, saved->id, false), "the person asks for another code, and hears then");
  co_return saved;
}

awaitable<Result<>> Service::send_code(UserId user, Uuid channel) { return mail_code(user, channel, true); }

awaitable<Result<>> Service::mail_code(UserId user, Uuid channel, bool again) {
  std::string code = new_code();
  const Instant now = clock_.now();
  auto noted = co_await store_.note_code(user, channel, code, again, now);
  if (!noted) co_return noted.error();
  if (!*noted) co_return Result<>{};
  const auto sender = sender_of((*noted)->kind);
  if (!sender) co_return Error{Errc::unsupported, "This kind of channel is not configured here."};
  Notification mail = code_notice(user, code, now);
  const Uuid delivery = mail.id.value;
  co_return co_await sender->send(std::move(**noted), std::move(mail), delivery);
}

awaitable<Result<>> Service::test_channel(UserId user, Uuid id) {
  const auto channels = co_await store_.channels(user);
  if (!channels) co_return channels.error();
  for (const auto& channel : *channels) {
    if (channel.id != id) continue;
    const auto sender = sender_of(channel.kind);
    if (!sender) co_return Error{Errc::unsupported, "This kind of channel is not configured here."};
    if (!channel.confirmed) co_return Error{Errc::unprocessable, std::string(kUnconfirmed)};
    Notification test;
    test.id = NotificationId::make(clock_.now());
    test.user = user;
    test.kind = "test";
    test.title = "Daybook can reach you here";
    test.body = "This is a test message that you asked for.";
    test.created_at = clock_.now();
    const Uuid delivery = test.id.value;
    co_return co_await sender->send(channel, std::move(test), delivery);
  }
  co_return Error{Errc::not_found, "There is no such channel."};
}

}  // namespace daybook::notifier
