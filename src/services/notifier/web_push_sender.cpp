#include "services/notifier/web_push_sender.hpp"

#include "core/hash.hpp"
#include "core/json.hpp"

namespace daybook::notifier {
namespace {

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
  WebPushSender(Outbound outbound, const WallClock& clock, P256Key server_key, std::string contact)
      : outbound_(std::move(outbound)),
        clock_(clock),
        server_key_(std::move(server_key)),
        contact_(std::move(contact)) {}

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    auto target = parse_target(channel.target, outbound_.private_targets);
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
    const auto status = co_await http_post(outbound_, std::move(*target), std::move(headers), std::move(*sealed));
    if (!status) co_return status.error();
    // RFC 8030, section 7.3: 404 is a subscription that expired, 410 one that ended.
    if (*status == 404 || *status == 410)
      co_return Error{Errc::not_found, "The browser has ended its subscription to messages."};
    co_return outcome_of(*status);
  }

  Result<> check(const Channel& channel) const override {
    if (const auto target = parse_target(channel.target, outbound_.private_targets); !target) return target.error();
    if (const auto keys = keys_of(channel); !keys) return keys.error();
    return {};
  }

  std::string subscription_key() const override { return base64url_encode(server_key_.public_key()); }

 private:
  Outbound outbound_;
  const WallClock& clock_;
  P256Key server_key_;
  std::string contact_;
};

}  // namespace

std::unique_ptr<ChannelSender> make_web_push_sender(Outbound outbound, const WallClock& clock, P256Key server_key,
                                                    std::string contact) {
  return std::make_unique<WebPushSender>(std::move(outbound), clock, std::move(server_key), std::move(contact));
}

}  // namespace daybook::notifier
