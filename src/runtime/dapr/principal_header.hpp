#pragma once

#include <string>
#include <string_view>

#include "core/principal.hpp"
#include "core/result.hpp"

namespace daybook::runtime::dapr {

/// Who a call between services is for: one field, base64url of JSON. It is believed only next to the app token, which
/// the sidecar alone knows (design, rule 18).
inline constexpr std::string_view kPrincipalHeader = "Daybook-Principal";

std::string encode_principal(const Principal& principal);
/// Errors: unauthenticated.
Result<Principal> decode_principal(std::string_view text);

}  // namespace daybook::runtime::dapr
