#include "services/chat/scoped_invoker.hpp"

#include "core/scopes.hpp"

namespace daybook::chat {
namespace {

/// The segment after "/api/v1/" or "/internal/v1/".
std::string_view area_of(std::string_view path) {
  constexpr std::string_view kVersion = "/v1/";
  const auto at = path.find(kVersion);
  if (at == path.npos) return {};
  path.remove_prefix(at + kVersion.size());
  return path.substr(0, path.find('/'));
}

}  // namespace

boost::asio::awaitable<Result<Reply>> ScopedInvoker::invoke(std::string app_id, Call call,
                                                            std::chrono::milliseconds deadline) {
  const bool writes = call.method != Method::get && call.method != Method::head;
  if (call.principal)
    if (auto may = check_scope(*call.principal, area_of(call.path), writes); !may) co_return may.error();
  co_return co_await invoker_.invoke(std::move(app_id), std::move(call), deadline);
}

}  // namespace daybook::chat
