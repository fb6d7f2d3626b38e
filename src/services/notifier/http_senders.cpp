#include "services/notifier/http_senders.hpp"

#include "core/hash.hpp"
#include "core/json.hpp"
#include "services/notifier/http_post.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::any_io_executor;
using boost::asio::awaitable;

class WebhookSender final : public ChannelSender {
 public:
  WebhookSender(any_io_executor executor, const WallClock& clock, PrivateTargets private_targets)
      : executor_(std::move(executor)), clock_(clock), private_targets_(private_targets) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, private_targets_);
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
      const auto signature = hmac_sha256(channel.secret, id + "." + timestamp + "." + body);
      headers.set("webhook-signature", "v1," + base64_encode(as_chars(signature)));
    }
    co_return co_await http_post(executor_, std::move(*target), std::move(headers), std::move(body));
  }

  Result<> check(const Channel& channel) const override {
    const auto target = parse_target(channel.target, private_targets_);
    if (!target) return target.error();
    return {};
  }

 private:
  any_io_executor executor_;
  const WallClock& clock_;
  PrivateTargets private_targets_;
};

class PushSender final : public ChannelSender {
 public:
  PushSender(any_io_executor executor, PrivateTargets private_targets)
      : executor_(std::move(executor)), private_targets_(private_targets) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, private_targets_);
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
    co_return co_await http_post(executor_, std::move(*target), std::move(headers), std::move(body));
  }

  Result<> check(const Channel& channel) const override {
    const auto target = parse_target(channel.target, private_targets_);
    if (!target) return target.error();
    if (target->path.size() < 2)
      return Error{Errc::unprocessable,
                   "The address needs a topic (https://ntfy.example/your-topic) or Gotify's /message.",
                   "invalid-target"};
    return {};
  }

 private:
  any_io_executor executor_;
  PrivateTargets private_targets_;
};

}  // namespace

std::unique_ptr<ChannelSender> make_webhook_sender(any_io_executor executor, const WallClock& clock,
                                                   PrivateTargets private_targets) {
  return std::make_unique<WebhookSender>(std::move(executor), clock, private_targets);
}

std::unique_ptr<ChannelSender> make_push_sender(any_io_executor executor, PrivateTargets private_targets) {
  return std::make_unique<PushSender>(std::move(executor), private_targets);
}

}  // namespace daybook::notifier
