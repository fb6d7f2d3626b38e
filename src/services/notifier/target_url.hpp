#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace daybook::notifier {

/// A person's URL taken apart for http::Client.
struct TargetUrl {
  std::string origin;  ///< "https://example.org:8443"
  std::string path;    ///< "/hook", at least "/".
  std::string query;   ///< Without "?".
};

/// Whether people may send to addresses inside the operator's network (decision 13): what they could reach otherwise is
/// what only this machine can.
enum class PrivateTargets { allow, refuse };

/// True for what is not an address of the public internet: loopback, private, link-local, shared, multicast, reserved,
/// and the IPv6 forms that carry such an IPv4 address.
bool is_private(const boost::asio::ip::address& address);

/// What people read when they name such an address.
std::string private_target_refusal();

/// Takes an http or https URL apart. Errors: unprocessable saying what is wrong with it. A host given by name is
/// looked up only when something is sent, and its addresses are checked then.
Result<TargetUrl> parse_target(std::string_view url, PrivateTargets private_targets);

}  // namespace daybook::notifier
