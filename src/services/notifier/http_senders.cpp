#include "services/notifier/http_senders.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/json.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;

/// A "whsec_" that is not base64 is taken as it was entered.
std::string signing_key(const std::string& secret) {
  constexpr std::string_view kPrefix = "whsec_";
  if (!secret.starts_with(kPrefix)) return secret;
  std::string text = secret.substr(kPrefix.size());
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  const auto bytes = base64url_decode(text);
  return bytes ? *bytes : secret;
}

class WebhookSender final : public ChannelSender {
 public:
  WebhookSender(Outbound outbound, const WallClock& clock) : outbound_(std::move(outbound)), clock_(clock) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, outbound_.private_targets);
    if (!target) co_return target.error();
    std::string body = to_json(notification);
    const std::string id = delivery_id.str();
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
    const std::string timestamp = std::to_string(now);
    Headers headers;
    headers.set("Content-Type", "application/json");
    headers.set("webhook-id", id);
    headers.set("webhook-timestamp", timestamp);
    if (!channel.secret.empty()) {
      const auto signature = hmac_sha256(signing_key(channel.secret), id + "." + timestamp + "." + body);
      headers.set("webhook-signature", "v1," + base64_encode(as_chars(signature)));
    }
    const auto status = co_await http_post(outbound_, std::move(*target), std::move(headers), std::move(body));
    if (!status) co_return status.error();
    co_return outcome_of(*status);
  }

  Result<> check(const Channel& channel) const override {
    const auto target = parse_target(channel.target, outbound_.private_targets);
    if (!target) return target.error();
    return {};
  }

 private:
  Outbound outbound_;
  const WallClock& clock_;
};

class PushSender final : public ChannelSender {
 public:
  explicit PushSender(Outbound outbound) : outbound_(std::move(outbound)) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, outbound_.private_targets);
    if (!target) co_return target.error();
    Headers headers;
    std::string body;
    if (target->path.ends_with("/message")) {
      headers.set("Content-Type", "application/json");
      if (!channel.secret.empty()) headers.set("X-Gotify-Key", channel.secret);
      json::object message;
      message["title"] = notification.title;
      message["message"] = notification.body.empty() ? notification.title : notification.body;
      message["priority"] = 5;
      body = json::serialize(message);
    } else {
      // ntfy takes a message with a title as JSON at the server's root; the topic is the path's last part.
      const auto slash = target->path.rfind('/');
      headers.set("Content-Type", "application/json");
      headers.set("X-Message-Id", delivery_id.str());
      if (!channel.secret.empty()) headers.set("Authorization", "Bearer " + channel.secret);
      json::object message;
      message["topic"] = target->path.substr(slash + 1);
      message["title"] = notification.title;
      message["message"] = notification.body.empty() ? notification.title : notification.body;
      body = json::serialize(message);
      target->path.resize(slash + 1);
    }
    const auto status = co_await http_post(outbound_, std::move(*target), std::move(headers), std::move(body));
    if (!status) co_return status.error();
    co_return outcome_of(*status);
  }

  Result<> check(const Channel& channel) const override {
    const auto target = parse_target(channel.target, outbound_.private_targets);
    if (!target) return target.error();
    if (target->path.size() < 2)
      return Error{Errc::unprocessable,
                   "The address needs a topic (https://ntfy.example/your-topic) or Gotify's /message.",
                   "invalid-target"};
    return {};
  }

 private:
  Outbound outbound_;
};

}  // namespace

std::unique_ptr<ChannelSender> make_webhook_sender(Outbound outbound, const WallClock& clock) {
  return std::make_unique<WebhookSender>(std::move(outbound), clock);
}

std::unique_ptr<ChannelSender> make_push_sender(Outbound outbound) {
  return std::make_unique<PushSender>(std::move(outbound));
}

}  // namespace daybook::notifier
