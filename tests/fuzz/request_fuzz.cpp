// Links: daybook_http
// Bytes off the wire, in pieces: whatever they are, the parser ends in a request or in an error that has a problem.

#include <cstdlib>

#include "http/problem.hpp"
#include "http/request_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  if (size == 0) return 0;
  const std::size_t piece = bytes[0] % 32 + 1;
  std::string buffer;
  http::RequestParser parser{4096, 65536};
  for (std::size_t at = 1; at < size; at += piece) {
    buffer.append(reinterpret_cast<const char*>(bytes) + at, std::min(piece, size - at));
    boost::system::error_code failure;
    while (!buffer.empty() && !failure && !parser.is_done())
      buffer.erase(0, parser.put(boost::asio::const_buffer(buffer.data(), buffer.size()), failure));
    if (failure && failure != boost::beast::http::error::need_more) {
      if (http::problem_reply(parser.problem_of(failure)).status < 400) std::abort();
      return 0;
    }
    if (parser.is_done()) break;
  }
  if (!parser.is_done()) return 0;
  const auto& call = parser.call();
  if (call.path.empty() || (call.path[0] != '/' && call.path != "*") || call.body.size() > 65536) std::abort();
  return 0;
}
