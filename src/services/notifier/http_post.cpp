#include "services/notifier/http_post.hpp"

#include "http/client.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::any_io_executor;
using boost::asio::awaitable;

constexpr std::chrono::milliseconds kDeadline{10'000};

/// Which answers are worth another try is HTTP's own distinction (RFC 9110, section 15; 429 is RFC 6585).
Result<> outcome_of(int status) {
  if (status >= 200 && status < 300) return {};
  const std::string detail = "The receiver answered " + std::to_string(status) + ".";
  const bool again = status == 408 || status == 425 || status == 429 || status >= 500;
  return Error{again ? Errc::unavailable : Errc::unprocessable, detail};
}

}  // namespace

awaitable<Result<>> http_post(any_io_executor executor, TargetUrl target, Headers headers, std::string body) {
  http::ClientOptions options;
  options.base_url = target.origin;
  options.max_connections = 1;
  auto client = http::Client::make(executor, std::move(options));
  if (!client) co_return client.error();
  Call call;
  call.method = Method::post;
  call.path = std::move(target.path);
  call.query = std::move(target.query);
  call.headers = std::move(headers);
  call.body = std::move(body);
  const auto reply = co_await (*client)->send(std::move(call), kDeadline);
  if (!reply) co_return reply.error();
  co_return outcome_of(reply->status);
}

}  // namespace daybook::notifier
