#include "http/snapshot_route.hpp"

#include "http/authorize.hpp"
#include "http/query_reader.hpp"

namespace daybook::http {
namespace {

boost::asio::awaitable<Result<Reply>> answer(const ReadSnapshots& read, Request request) {
  const auto service = called_by_service(request);
  if (!service) co_return service.error();
  QueryReader in(request);
  const auto limit = in.integer("limit", 1, 1000).value_or(500);
  auto after = in.text("after").value_or("");
  if (auto error = in.finish()) co_return *error;
  const auto page = co_await read(std::move(after), static_cast<int>(limit));
  if (!page) co_return page.error();
  co_return Reply(200, to_json(*page));
}

}  // namespace

void add_snapshot_route(Router& router, std::string_view path, ReadSnapshots read) {
  auto shared = std::make_shared<ReadSnapshots>(std::move(read));
  router.add(Method::get, path, [shared](Request request) { return answer(*shared, std::move(request)); });
}

}  // namespace daybook::http
