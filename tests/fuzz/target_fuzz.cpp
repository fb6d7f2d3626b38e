// Links: daybook_http
// Sources: src/services/notifier/target_url.cpp
// URLs that people give for webhooks and push servers: what is taken apart is put together again and means the same,
// has no break in it that could end a request line, and never names a private address where that is refused.

#include "services/notifier/target_url.hpp"

#include <cstdlib>

using namespace daybook;
using notifier::PrivateTargets;

namespace {

bool one_line(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto url = notifier::parse_target(text, PrivateTargets::allow);
  if (!url) {
    if (notifier::parse_target(text, PrivateTargets::refuse)) std::abort();
    return 0;
  }
  if (!one_line(url->origin) || !one_line(url->path) || !one_line(url->query) || !url->path.starts_with('/'))
    std::abort();
  const auto whole = url->origin + url->path + (url->query.empty() ? "" : "?" + url->query);
  const auto again = notifier::parse_target(whole, PrivateTargets::allow);
  if (!again || again->origin != url->origin || again->path != url->path || again->query != url->query) std::abort();
  if (!notifier::parse_target(text, PrivateTargets::refuse)) return 0;
  // What is allowed and is an address is a public one.
  auto host = url->origin.substr(url->origin.find("://") + 3);
  if (host.front() == '[')
    host = host.substr(1, host.find(']') - 1);
  else
    host = host.substr(0, host.find(':'));
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(host, failure);
  if (!failure && notifier::is_private(address)) std::abort();
  return 0;
}
