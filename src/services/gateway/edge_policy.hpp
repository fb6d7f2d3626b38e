#pragma once

#include <string>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::gateway {

/// Which web pages may talk to us, and what every answer tells browsers.
class EdgePolicy {
 public:
  /// `public_url` as browsers reach us (empty: whatever host they name); `cors_origins` of other pages that may call
  /// the API with a token ("https://app.example").
  EdgePolicy(std::string public_url, std::vector<std::string> cors_origins);

  /// True for calls without Origin (not from a web page), from our own page, and from the allowed others.
  bool origin_allowed(const Call& call) const;
  /// True for our own page alone: only it shares our cookies.
  bool is_own_origin(const Call& call) const;
  /// The answer to a preflight (an OPTIONS with Access-Control-Request-Method).
  Reply preflight(const Call& call) const;
  /// Adds CORS and security fields that `reply` does not have yet.
  void finish(const Call& call, Reply& reply) const;

 private:
  void allow_origin(const Call& call, Reply& reply) const;

  std::string own_origin_;
  bool https_;
  std::vector<std::string> cors_origins_;
};

/// "https://host:port" of a URL, without default ports, in lower case; empty for what is no http URL.
std::string origin_of(std::string_view url);

}  // namespace daybook::gateway
