#include "services/notifier/target_url.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/url.hpp>
#include <charconv>

namespace daybook::notifier {
namespace {

namespace ip = boost::asio::ip;

bool is_private_v4(const ip::address_v4& address) {
  const auto bits = address.to_uint();
  const auto in = [bits](std::uint32_t network, int prefix) {
    return bits >> (32 - prefix) == network >> (32 - prefix);
  };
  // RFC 6890's special-purpose blocks; multicast and reserved.
  return in(0x00000000, 8) || in(0x0A000000, 8) || in(0x64400000, 10) || in(0x7F000000, 8) || in(0xA9FE0000, 16) ||
         in(0xAC100000, 12) || in(0xC0000000, 24) || in(0xC0000200, 24) || in(0xC0A80000, 16) || in(0xC6120000, 15) ||
         in(0xC6336400, 24) || in(0xCB007100, 24) || in(0xE0000000, 3);
}

ip::address_v4 v4_at(const ip::address_v6::bytes_type& bytes, std::size_t at) {
  return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

bool is_private_v6(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  const auto starts = [&bytes](std::initializer_list<unsigned char> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
  };
  if (address.is_v4_mapped() || starts({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) return is_private_v4(v4_at(bytes, 12));
  if (starts({0, 0x64, 0xFF, 0x9B})) return is_private_v4(v4_at(bytes, 12));  // NAT64, RFC 6052
  if (starts({0x20, 0x02})) return is_private_v4(v4_at(bytes, 2));            // 6to4, RFC 3056
  // Only 2000::/3 is given out; in it, 2001::/23 (Teredo and others) and 2001:db8::/32 are not for the internet.
  const bool global = (bytes[0] & 0xE0) == 0x20;
  return !global || (starts({0x20, 0x01}) && bytes[2] < 2) || starts({0x20, 0x01, 0x0D, 0xB8});
}

bool is_private_host(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost") || host.ends_with(".internal") || host.ends_with(".local"))
    return true;
  boost::system::error_code failure;
  const auto address = ip::make_address(host, failure);
  return !failure && is_private(address);
}

/// Whether DNS, or an IPv4 address, may have it. Other letters are written as punycode in URLs.
bool is_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

}  // namespace

bool is_private(const ip::address& address) {
  return address.is_v4() ? is_private_v4(address.to_v4()) : is_private_v6(address.to_v6());
}

std::string private_target_refusal() {
  return "This server does not send to addresses inside its own network; whoever runs it can allow that with the "
         "setting private-targets=allow.";
}

Result<TargetUrl> parse_target(std::string_view text, PrivateTargets private_targets) {
  const auto refuse = [](std::string why) { return Error{Errc::unprocessable, std::move(why), "invalid-target"}; };
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed ||
      (parsed->scheme_id() != boost::urls::scheme::http && parsed->scheme_id() != boost::urls::scheme::https))
    return refuse("The address must be a URL that begins with https:// or http://.");
  if (parsed->has_userinfo()) return refuse("Leave user and password out of the URL; use the secret for them.");
  const std::string host = boost::to_lower_copy(std::string(parsed->encoded_host_address()));
  const bool six = parsed->host_type() == boost::urls::host_type::ipv6;
  if (host.empty() || parsed->host_type() == boost::urls::host_type::ipvfuture ||
      (!six && !std::all_of(host.begin(), host.end(), is_of_a_name)))
    return refuse("The URL needs a host: a name such as example.org, or an address.");
  const std::string port(parsed->port());
  std::uint16_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);  // Leaves 0 for what is out of range.
  if (!port.empty() && number == 0) return refuse("The URL's port must be a number from 1 to 65535.");
  if (private_targets == PrivateTargets::refuse && is_private_host(host)) return refuse(private_target_refusal());
  // Boost.URL 1.81 takes what follows a bracketed address for a path, whatever it begins with.
  if (const auto path = parsed->encoded_path(); !path.empty() && path.front() != '/')
    return refuse("The URL's path must begin with a slash.");
  TargetUrl out;
  out.origin = boost::to_lower_copy(std::string(parsed->scheme())) + "://" + (six ? "[" + host + "]" : host);
  if (!port.empty()) out.origin += ":" + std::to_string(number);
  out.path = parsed->encoded_path().empty() ? "/" : std::string(parsed->encoded_path());
  out.query = std::string(parsed->encoded_query());
  return out;
}

}  // namespace daybook::notifier
