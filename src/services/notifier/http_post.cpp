#include "services/notifier/http_post.hpp"

#include "http/client.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::milliseconds kDeadline{10'000};

/// The answer's text is of no use, but a talkative receiver is no failure either.
constexpr std::size_t kMostOfAnAnswer = 1024 * 1024;

}  // namespace

Result<> outcome_of(int status) {
  if (status >= 200 && status < 300) return {};
  const std::string detail = "The receiver answered " + std::to_string(status) + ".";
  if (status >= 300 && status < 400)
    return Error{Errc::unprocessable, detail + " Redirects are not followed: enter the address it leads to."};
  if (status == 410) return Error{Errc::not_found, "The receiver answered 410: it is gone for good."};
  // Which answers are worth another try is HTTP's own distinction (RFC 9110, section 15; 429 is RFC 6585).
  const bool again = status == 408 || status == 425 || status == 429 || status >= 500;
  return Error{again ? Errc::unavailable : Errc::unprocessable, detail};
}

awaitable<Result<int>> http_post(Outbound from, TargetUrl target, Headers headers, std::string body) {
  http::ClientOptions options;
  options.base_url = target.origin;
  options.max_connections = 1;
  options.max_reply_bytes = kMostOfAnAnswer;
  options.ca_file = from.ca_file;
  if (from.private_targets == PrivateTargets::refuse)
    options.allow_address = [](const boost::asio::ip::address& address) { return !is_private(address); };
  auto client = http::Client::make(from.executor, std::move(options));
  if (!client) co_return client.error();
  Call call;
  call.method = Method::post;
  call.path = std::move(target.path);
  call.query = std::move(target.query);
  call.headers = std::move(headers);
  call.body = std::move(body);
  const auto reply = co_await (*client)->send(std::move(call), kDeadline);
  if (reply) co_return reply->status;
  if (reply.error().code == Errc::forbidden)
    co_return Error{Errc::unprocessable, private_target_refusal(), "invalid-target"};
  co_return reply.error();
}

}  // namespace daybook::notifier
