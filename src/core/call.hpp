#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/principal.hpp"

namespace daybook {

enum class Method { get, head, post, put, patch, delete_, options };
std::string_view to_string(Method method);
std::optional<Method> parse_method(std::string_view text);

/// Header fields in the order received; names compare without case (RFC 9110, section 5.1).
class Headers {
 public:
  void set(std::string name, std::string value);  ///< Replaces.
  void add(std::string name, std::string value);
  /// The first field of this name, or an empty view.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A request to a service, whoever carried it: HTTP, Dapr invocation or the same process.
struct Call {
  Method method = Method::get;
  std::string path;   ///< Percent-encoded, as received: "/api/v1/tasks/42".
  std::string query;  ///< Without "?", percent-encoded.
  Headers headers;
  std::string body;
  /// Set by the gateway (public edge) or the calling service. Absent: nobody is signed in.
  std::optional<Principal> principal;
  /// The peer's address for rate limits and security audit; empty inside the process.
  std::string remote_address;
  std::string traceparent;     ///< W3C Trace Context.
  std::string correlation_id;  ///< One a request; carried into every event that it causes.
};

/// The answer. Bodies are shared so that a cached asset is not copied a request.
struct Reply {
  Reply() = default;
  explicit Reply(int s) : status(s) {}
  Reply(int s, std::string b, std::string type = "application/json")
      : status(s), content_type(std::move(type)), body(std::move(b)) {}

  int status = 200;
  std::string content_type;
  Headers headers;
  std::string body;
  /// When set it is sent instead of `body`.
  std::shared_ptr<const std::string> shared_body;
};

}  // namespace daybook
