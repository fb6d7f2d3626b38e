#include "http/trusted_proxies.hpp"

#include <boost/algorithm/string/trim.hpp>
#include <charconv>
#include <optional>

#include "core/characters.hpp"

namespace daybook::http {
namespace {

namespace ip = boost::asio::ip;

/// An IPv4 address in the guise of IPv6, as dual-stack sockets give it, is that IPv4 address.
ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

/// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1", any of them in quotes.
std::optional<ip::address> address_of(std::string text) {
  boost::trim(text);
  boost::trim_if(text, [](char c) { return c == '"'; });
  if (text.starts_with('['))
    text = text.substr(1, text.find(']') - 1);
  else if (const auto colon = text.find(':'); colon != text.npos && text.find(':', colon + 1) == text.npos)
    text.resize(colon);
  boost::system::error_code failure;
  const auto address = ip::make_address(text, failure);
  if (failure) return std::nullopt;
  return plain(address);
}

/// The values of a list field, in the order of its lines.
std::vector<std::string> values_of(const Headers& headers, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [field, value] : headers.all()) {
    if (!iequals(field, name)) continue;
    for (std::size_t at = 0; at <= value.size();) {
      const auto comma = std::min(value.find(',', at), value.size());
      out.push_back(value.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return out;
}

/// The "for" parameters of Forwarded; empty text for an element without one.
std::vector<std::string> forwarded_for(const Headers& headers) {
  auto elements = values_of(headers, "Forwarded");
  for (auto& element : elements) {
    std::string found;
    for (std::size_t at = 0; at <= element.size();) {
      const auto end = std::min(element.find(';', at), element.size());
      const auto pair = boost::trim_copy(element.substr(at, end - at));
      if (istarts_with(pair, "for=")) found = pair.substr(4);
      at = end + 1;
    }
    element = found;
  }
  return elements;
}

template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, int bits) {
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i, bits -= 8) {
    const auto mask = static_cast<unsigned char>(bits >= 8 ? 0xFF : 0xFF << (8 - bits));
    if ((a[i] & mask) != (b[i] & mask)) return false;
  }
  return true;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies out;
  for (std::size_t at = 0; at < list.size();) {
    const auto comma = std::min(list.find(',', at), list.size());
    const auto item = boost::trim_copy(std::string(list.substr(at, comma - at)));
    at = comma + 1;
    const auto slash = item.find('/');
    boost::system::error_code failure;
    Network network;
    network.address = ip::make_address(item.substr(0, slash), failure);
    network.prefix = network.address.is_v4() ? 32 : 128;
    if (!failure && slash != item.npos) {
      int prefix = -1;
      const char* end = item.data() + item.size();
      if (std::from_chars(item.data() + slash + 1, end, prefix).ptr != end) prefix = -1;
      if (prefix < 0 || prefix > network.prefix) failure = boost::asio::error::invalid_argument;
      network.prefix = prefix;
    }
    if (failure)
      return Error{Errc::invalid_argument, "addresses or networks such as 127.0.0.1, 10.0.0.0/8 or fd00::/8"};
    out.networks_.push_back(network);
  }
  return out;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  for (const auto& [network, prefix] : networks_) {
    if (network.is_v4() != address.is_v4()) continue;
    if (address.is_v4() ? same_prefix(network.to_v4().to_bytes(), address.to_v4().to_bytes(), prefix)
                        : same_prefix(network.to_v6().to_bytes(), address.to_v6().to_bytes(), prefix))
      return true;
  }
  return false;
}

std::string TrustedProxies::last_untrusted(const ip::address& peer, const std::vector<std::string>& hops) const {
  auto client = peer;
  for (auto hop = hops.rbegin(); hop != hops.rend() && trusts(client); ++hop) {
    const auto address = address_of(*hop);
    if (!address) break;  // "unknown", or hidden: further back nobody vouches for anything.
    client = *address;
  }
  return client.to_string();
}

std::string TrustedProxies::client_of(const std::string& peer, const Headers& headers) const {
  if (networks_.empty()) return peer;
  const auto address = address_of(peer);
  if (!address || !trusts(*address)) return peer;
  const auto x_forwarded = values_of(headers, "X-Forwarded-For");
  const auto forwarded = forwarded_for(headers);
  const auto by_x = last_untrusted(*address, x_forwarded), by_standard = last_untrusted(*address, forwarded);
  if (x_forwarded.empty()) return by_standard;
  if (forwarded.empty() || by_x == by_standard) return by_x;
  return peer;
}

}  // namespace daybook::http
