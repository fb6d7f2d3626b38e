// How a request is cut into packets must not matter.

#include "http/request_parser.hpp"

#include <gtest/gtest.h>

namespace daybook::http {
namespace {

/// Gives `wire` to a parser in pieces of `piece` bytes, keeping what it leaves as a connection does.
void feed(RequestParser& parser, std::string_view wire, std::size_t piece) {
  std::string buffer;
  while (!wire.empty() && !parser.is_done()) {
    buffer += wire.substr(0, piece);
    wire.remove_prefix(std::min(piece, wire.size()));
    boost::system::error_code failure;
    while (!buffer.empty() && !failure && !parser.is_done())
      buffer.erase(0, parser.put(boost::asio::const_buffer(buffer.data(), buffer.size()), failure));
    ASSERT_TRUE(!failure || failure == boost::beast::http::error::need_more) << failure.message();
  }
}

TEST(RequestParser, AnyCutOfAChunkedBodyGivesTheSameRequest) {
  for (const auto& [body, expected] : {std::pair<std::string_view, std::string_view>{"0\r\n\r\n", ""},
                                       {"00\r\n\r\n", ""},
                                       {"0;x=y\r\nX-Note: late\r\n\r\n", ""},
                                       {"0\r\nX-Note: late\r\n\r\n", ""},
                                       {"1\r\na\r\n0\r\n\r\n", "a"},
                                       {"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"}}) {
    const std::string wire = "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
      RequestParser parser{4096, 65536};
      feed(parser, wire, piece);
      ASSERT_TRUE(parser.is_done()) << body << " in pieces of " << piece;
      EXPECT_EQ(parser.call().body, expected) << body << " in pieces of " << piece;
    }
  }
}

}  // namespace
}  // namespace daybook::http
