#include "runtime/dapr/principal_header.hpp"

#include "core/hash.hpp"
#include "core/json.hpp"

namespace daybook::runtime::dapr {

std::string encode_principal(const Principal& principal) {
  json::object out{{"user", principal.user.str()}, {"timezone", principal.timezone}};
  if (!principal.session.is_nil()) out["session"] = principal.session.str();
  if (!principal.service.empty()) out["service"] = principal.service;
  if (!principal.scopes.empty()) out["scopes"] = json::value_from(principal.scopes);
  return base64url_encode(json::serialize(out));
}

Result<Principal> decode_principal(std::string_view text) {
  const Error wrong{Errc::unauthenticated, "The call's Daybook-Principal cannot be read."};
  const auto decoded = base64url_decode(text);
  if (!decoded) return wrong;
  const auto document = parse_json(*decoded);
  if (!document) return wrong;
  JsonReader in(*document, Unknown::lenient);
  Principal principal;
  const auto user = in.uuid("user", true);
  const auto session = in.uuid("session");
  principal.service = in.text("service").value_or("");
  principal.timezone = in.text("timezone").value_or("UTC");
  principal.scopes = in.texts("scopes", 64, {}).value_or(std::vector<std::string>{});
  if (in.finish()) return wrong;
  principal.user = UserId{*user};
  if (session) principal.session = SessionId{*session};
  return principal;
}

}  // namespace daybook::runtime::dapr
