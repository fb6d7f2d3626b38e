#include "services/notifier/web_push_sender.hpp"

#include "core/hash.hpp"
#include "core/json.hpp"
#include "services/notifier/http_post.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::any_io_executor;
using boost::asio::awaitable;

struct SubscriptionKeys {
  std::string p256dh, auth;
};

Result<SubscriptionKeys> keys_of(const Channel& channel) {
  const Error bad{Errc::unprocessable,
                  "The secret of a web-push channel is the subscription's keys: {\"p256dh\":\"…\",\"auth\":\"…\"}.",
                  "invalid-target"};
  const auto parsed = parse_json(channel.secret);
  if (!parsed) return bad;
  JsonReader in(*parsed, Unknown::lenient);
  const auto p256dh = base64url_decode(in.text("p256dh").value_or("")),
             auth = base64url_decode(in.text("auth").value_or(""));
  if (!p256dh || !auth || p256dh->size() != 65 || auth->size() != 16) return bad;
  return SubscriptionKeys{*p256dh, *auth};
}

class WebPushSender final : public ChannelSender {
 public:
  WebPushSender(any_io_executor executor, const WallClock& clock, P256Key server_key, std::string contact,
                PrivateTargets private_targets)
      : executor_(std::move(executor)),
        clock_(clock),
        server_key_(std::move(server_key)),
        contact_(std::move(contact)),
        private_targets_(private_targets) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, private_targets_);
    if (!target) co_return target.error();
    const auto keys = keys_of(channel);
    if (!keys) co_return keys.error();
    auto sealed =
        encrypt_web_push(to_json(notification), keys->p256dh, keys->auth, P256Key::generate(), random_bytes(16));
    if (!sealed) co_return sealed.error();
    Headers headers;
    headers.set("Content-Type", "application/octet-stream");
    headers.set("Content-Encoding", "aes128gcm");
    headers.set("TTL", "86400");
    // A push service keeps only the newest message of a topic: a repeated send shows once (RFC 8030, section 5.4).
    headers.set("Topic", base64url_encode(as_chars(delivery_id.bytes())));
    headers.set("Authorization", vapid_authorization(server_key_, target->origin, contact_, clock_.now()));
    co_return co_await http_post(executor_, std::move(*target), std::move(headers), std::move(*sealed));
  }

  Result<> check(const Channel& channel) const override {
    if (const auto target = parse_target(channel.target, private_targets_); !target) return target.error();
    if (const auto keys = keys_of(channel); !keys) return keys.error();
    return {};
  }

 private:
  any_io_executor executor_;
  const WallClock& clock_;
  P256Key server_key_;
  std::string contact_;
  PrivateTargets private_targets_;
};

}  // namespace

std::unique_ptr<ChannelSender> make_web_push_sender(any_io_executor executor, const WallClock& clock,
                                                    P256Key server_key, std::string contact,
                                                    PrivateTargets private_targets) {
  return std::make_unique<WebPushSender>(std::move(executor), clock, std::move(server_key), std::move(contact),
                                         private_targets);
}

}  // namespace daybook::notifier
