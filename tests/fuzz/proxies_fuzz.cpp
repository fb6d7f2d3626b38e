// Links: daybook_http
// What proxies, and whoever pretends to be one, say of where a request came from. The first line is an operator's list
// of proxies, each other line a header: the answer is the peer or an address, and without a trusted peer it is the
// peer.

#include <cstdlib>

#include "http/trusted_proxies.hpp"

using namespace daybook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(bytes), size};
  const auto line = [&rest] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto out = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
  };
  const auto proxies = http::TrustedProxies::parse(line());
  if (!proxies) return 0;
  Headers headers;
  while (!rest.empty()) {
    const auto header = line();
    const auto colon = std::min(header.find(':'), header.size());
    headers.add(std::string(header.substr(0, colon)), std::string(header.substr(std::min(colon + 1, header.size()))));
  }
  for (const std::string peer : {"127.0.0.1", "::1", "203.0.113.9"}) {
    const auto client = proxies->client_of(peer, headers);
    boost::system::error_code failure;
    boost::asio::ip::make_address(client, failure);
    if (failure) std::abort();
    if (http::TrustedProxies{}.client_of(peer, headers) != peer) std::abort();
  }
  return 0;
}
