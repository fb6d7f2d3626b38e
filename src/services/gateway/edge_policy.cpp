#include "services/gateway/edge_policy.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>

namespace daybook::gateway {
namespace {

constexpr const char* kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr const char* kRequestFields =
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, MCP-Protocol-Version, "
    "X-Correlation-Id, traceparent";
constexpr const char* kReplyFields = "ETag, Location, Retry-After, X-Correlation-Id";

void add_if_absent(Reply& reply, const char* name, const char* value) {
  if (!reply.headers.has(name)) reply.headers.add(name, value);
}

}  // namespace

std::string origin_of(std::string_view url) {
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return {};
  const std::size_t scheme = https ? 8 : 7;
  auto origin = boost::to_lower_copy(std::string(url.substr(0, url.find_first_of("/?#", scheme))));
  if (origin.size() == scheme) return {};
  const std::string_view default_port = https ? ":443" : ":80";
  if (origin.ends_with(default_port)) origin.erase(origin.rfind(default_port));
  return origin;
}

EdgePolicy::EdgePolicy(std::string public_url, std::vector<std::string> cors_origins)
    : own_origin_(origin_of(public_url)), https_(public_url.starts_with("https:")) {
  for (const auto& each : cors_origins) cors_origins_.push_back(origin_of(each));
}

bool EdgePolicy::is_own_origin(const Call& call) const {
  const auto field = call.headers.get("Origin");
  if (field.empty()) return true;
  const auto origin = origin_of(field);
  if (origin.empty()) return false;
  if (origin == own_origin_) return true;
  // Reached under several names (localhost, an address, a proxy's): the page came from where it sends to. A page from
  // elsewhere cannot choose the Host field.
  return own_origin_.empty() && origin.substr(origin.find("//") + 2) == call.headers.get("Host");
}

bool EdgePolicy::origin_allowed(const Call& call) const {
  if (is_own_origin(call)) return true;
  const auto origin = origin_of(call.headers.get("Origin"));
  return !origin.empty() && std::find(cors_origins_.begin(), cors_origins_.end(), origin) != cors_origins_.end();
}

void EdgePolicy::allow_origin(const Call& call, Reply& reply) const {
  const auto origin = call.headers.get("Origin");
  if (origin.empty()) return;
  reply.headers.add("Vary", "Origin");
  if (!origin_allowed(call)) return;
  reply.headers.add("Access-Control-Allow-Origin", std::string(origin));
}

Reply EdgePolicy::preflight(const Call& call) const {
  Reply reply{204};
  allow_origin(call, reply);
  if (!reply.headers.has("Access-Control-Allow-Origin")) return reply;
  reply.headers.add("Access-Control-Allow-Methods", kMethods);
  reply.headers.add("Access-Control-Allow-Headers", kRequestFields);
  reply.headers.add("Access-Control-Max-Age", "600");
  return reply;
}

void EdgePolicy::finish(const Call& call, Reply& reply) const {
  if (call.headers.has("Origin") && !reply.headers.has("Access-Control-Allow-Origin")) {
    allow_origin(call, reply);
    if (reply.headers.has("Access-Control-Allow-Origin"))
      reply.headers.add("Access-Control-Expose-Headers", kReplyFields);
  }
  add_if_absent(reply, "X-Content-Type-Options", "nosniff");
  if (https_) add_if_absent(reply, "Strict-Transport-Security", "max-age=31536000");
}

}  // namespace daybook::gateway
