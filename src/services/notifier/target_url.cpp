#include "services/notifier/target_url.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/url.hpp>

namespace daybook::notifier {
namespace {

namespace ip = boost::asio::ip;

bool is_private(const ip::address_v4& address) {
  const auto bits = address.to_uint();
  const auto in = [bits](std::uint32_t network, int prefix) {
    return bits >> (32 - prefix) == network >> (32 - prefix);
  };
  return in(0x00000000, 8) || in(0x0A000000, 8) || in(0x64400000, 10) || in(0x7F000000, 8) || in(0xA9FE0000, 16) ||
         in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0xE0000000, 3);
}

bool is_private(const ip::address_v6& address) {
  if (address.is_v4_mapped()) return is_private(ip::make_address_v4(ip::v4_mapped, address));
  const auto first = address.to_bytes()[0];
  return address.is_loopback() || address.is_unspecified() || address.is_link_local() || address.is_multicast() ||
         (first & 0xFE) == 0xFC;
}

bool is_private_host(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost") || host.ends_with(".internal")) return true;
  boost::system::error_code failure;
  const auto address = ip::make_address(host, failure);
  if (failure) return false;
  return address.is_v4() ? is_private(address.to_v4()) : is_private(address.to_v6());
}

}  // namespace

Result<TargetUrl> parse_target(std::string_view text, PrivateTargets private_targets) {
  const auto refuse = [](std::string why) { return Error{Errc::unprocessable, std::move(why), "invalid-target"}; };
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->host().empty())
    return refuse("The address must be a URL that begins with https:// or http://.");
  if (parsed->has_userinfo()) return refuse("Leave user and password out of the URL; use the secret for them.");
  const std::string host = boost::to_lower_copy(std::string(parsed->host_address()));
  if (private_targets == PrivateTargets::refuse && is_private_host(host))
    return refuse("This server does not send to addresses inside its own network.");
  TargetUrl out;
  out.origin = std::string(parsed->scheme()) + "://" + std::string(parsed->encoded_host_and_port());
  out.path = parsed->encoded_path().empty() ? "/" : std::string(parsed->encoded_path());
  out.query = std::string(parsed->encoded_query());
  return out;
}

}  // namespace daybook::notifier
