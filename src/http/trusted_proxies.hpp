#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::http {

/// The proxies whose word on where a request came from is taken. Without any, the peer of the connection is who asks.
class TrustedProxies {
 public:
  /// "127.0.0.1, 10.0.0.0/8, fd00::/8"; empty: none. Errors: invalid_argument.
  static Result<TrustedProxies> parse(std::string_view list);

  /// Who sent the request that came from `peer`: when that is a trusted proxy, the last address of X-Forwarded-For (or
  /// of Forwarded, RFC 7239) that is not one itself. What stands before it may be invented. A proxy that sets one of
  /// the fields lets a client's other one through: where both are there and differ, the proxy's own address is all that
  /// is known.
  std::string client_of(const std::string& peer, const Headers& headers) const;

 private:
  struct Network {
    boost::asio::ip::address address;
    int prefix = 0;
  };
  bool trusts(const boost::asio::ip::address& address) const;
  std::string last_untrusted(const boost::asio::ip::address& peer, const std::vector<std::string>& hops) const;

  std::vector<Network> networks_;
};

}  // namespace daybook::http
