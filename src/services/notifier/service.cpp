#include "services/notifier/service.hpp"

namespace daybook::notifier {

using boost::asio::awaitable;

awaitable<Result<>> Service::on_event(CloudEvent event) {
  const Instant now = clock_.now();
  if (event.type.starts_with("user.")) co_return co_await store_.apply_user(std::move(event), now);
  const auto preferences = co_await store_.preferences(event.user);
  if (!preferences) co_return preferences.error();
  auto notification = notification_of(event, *preferences);
  if (!notification) co_return notification.error();
  if (!*notification) co_return Result<>{};
  co_return co_await store_.notify(std::move(**notification), event.id, std::nullopt, now);
}

awaitable<Result<>> Service::on_delivery_timer(Timer timer) {
  auto pending = co_await store_.pending(timer.user, timer.key);
  if (!pending) co_return pending.error();
  if (!*pending) co_return co_await store_.drop_timer(std::move(timer));
  Delivery delivery = (*pending)->delivery;
  const auto sender = senders_.find((*pending)->channel.kind);

  Result<> sent;
  if (!(*pending)->channel.enabled || (*pending)->channel.id.is_nil()) {
    delivery.state = Delivery::State::skipped;
    delivery.reason = "The channel was switched off or deleted.";
  } else if (sender == senders_.end()) {
    delivery.state = Delivery::State::skipped;
    delivery.reason = "This server has no " + std::string(to_string(delivery.kind)) + " delivery configured.";
  } else {
    sent = co_await sender->second->send((*pending)->channel, (*pending)->notification, delivery.id);
    ++delivery.attempts;
    delivery.state = sent ? Delivery::State::sent : Delivery::State::failed;
    delivery.reason = sent ? std::string{} : sent.error().detail;
  }
  const Instant now = clock_.now();
  delivery.updated_at = now;
  delivery.next_attempt.reset();
  if (!sent && is_transient(sent.error().code)) {
    const double jitter = static_cast<double>(Uuid::random().bytes()[0]) / 255.0;
    if (const auto wait = retry_after(delivery.attempts, jitter)) {
      delivery.state = Delivery::State::pending;
      delivery.next_attempt = now + *wait;
    }
  }
  co_return co_await store_.record_attempt(std::move(delivery), std::move(timer), now);
}

awaitable<Result<>> Service::on_digest_timer(Timer timer) {
  const auto preferences = co_await store_.preferences(timer.user);
  if (!preferences) co_return preferences.error();
  auto body = co_await digest_(timer.user, preferences->timezone);
  if (!body) co_return body.error();
  const Instant now = clock_.now();
  Notification digest;
  // One a day however often the timer fires; the instant it was due for names the day.
  digest.id = NotificationId{Uuid::v5(timer.user.value, "digest " + std::to_string(timer.version))};
  digest.user = timer.user;
  digest.kind = "digest";
  digest.title = "Your day";
  digest.body = body->empty() ? "Nothing is due today. Enjoy it." : std::move(*body);
  digest.created_at = now;
  co_return co_await store_.notify(std::move(digest), std::nullopt, std::move(timer), now);
}

awaitable<Result<Channel>> Service::save_channel(Channel channel) {
  const auto sender = senders_.find(channel.kind);
  if (sender == senders_.end())
    co_return Error{Errc::unsupported,
                    "This server has no " + std::string(to_string(channel.kind)) + " delivery configured."};
  if (auto usable = sender->second->check(channel); !usable) co_return usable.error();
  co_return co_await store_.save_channel(std::move(channel));
}

awaitable<Result<>> Service::test_channel(UserId user, Uuid id) {
  const auto channels = co_await store_.channels(user);
  if (!channels) co_return channels.error();
  for (const auto& channel : *channels) {
    if (channel.id != id) continue;
    const auto sender = senders_.find(channel.kind);
    if (sender == senders_.end()) co_return Error{Errc::unsupported, "This kind of channel is not configured here."};
    Notification test;
    test.id = NotificationId::make(clock_.now());
    test.user = user;
    test.kind = "test";
    test.title = "Daybook can reach you here";
    test.body = "This is a test message that you asked for.";
    test.created_at = clock_.now();
    const Uuid delivery = test.id.value;
    co_return co_await sender->second->send(channel, std::move(test), delivery);
  }
  co_return Error{Errc::not_found, "There is no such channel."};
}

}  // namespace daybook::notifier
