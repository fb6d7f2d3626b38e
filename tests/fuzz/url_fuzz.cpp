// Links: daybook_http
// Paths and queries as they come off the wire: decoding never yields NUL or broken UTF-8, what was encoded decodes to
// itself, and a router answers whatever it is asked.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "core/json.hpp"
#include "http/router.hpp"
#include "http/url.hpp"

using namespace daybook;

namespace {

http::Router make_router() {
  http::Router router;
  for (const auto* pattern : {"/api/v1/tasks", "/api/v1/tasks/{id}", "/api/v1/tasks/search", "/{any}/{other}"})
    router.add(Method::get, pattern, [](http::Request request) -> boost::asio::awaitable<Result<Reply>> {
      for (const auto& [name, value] : request.path_parameters)
        if (value.empty() || value.find('\0') != value.npos || !is_utf8(value)) std::abort();
      for (const auto& name : request.query_names())
        if (!request.query(name)) std::abort();  // Broken ones were refused before.
      co_return Reply{200};
    });
  return router;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const http::Router router = make_router();
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  if (const auto decoded = http::percent_decode(text, true)) {
    if (decoded->find('\0') != decoded->npos || !is_utf8(*decoded)) std::abort();
    if (http::percent_decode(http::percent_encode(*decoded), true) != *decoded) std::abort();
  }
  Call call;
  call.path = text.substr(0, text.find('?'));
  if (const auto question = text.find('?'); question != text.npos) call.query = text.substr(question + 1);
  int status = 0;
  boost::asio::io_context loop;
  boost::asio::co_spawn(loop, router.dispatch(std::move(call)),
                        [&](std::exception_ptr, const Reply& reply) { status = reply.status; });
  loop.run();
  if (status != 200 && status != 400 && status != 404) std::abort();
  return 0;
}
