#pragma once

#include "runtime/invoker.hpp"

namespace daybook::chat {

/// The way from the chat to other services, for a token with scopes: who may talk to the chat, or use its tools, does
/// by that no more than the token may do without it. `/api/v1/tasks/…` and `/internal/v1/tasks/…` are of the area
/// "tasks".
class ScopedInvoker final : public runtime::Invoker {
 public:
  explicit ScopedInvoker(runtime::Invoker& invoker) : invoker_(invoker) {}
  /// Errors besides the invoker's: forbidden (slug "insufficient-scope").
  boost::asio::awaitable<Result<Reply>> invoke(std::string app_id, Call call,
                                               std::chrono::milliseconds deadline) override;

 private:
  runtime::Invoker& invoker_;
};

}  // namespace daybook::chat
