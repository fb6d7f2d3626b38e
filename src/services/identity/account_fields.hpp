#pragma once

#include "core/json.hpp"
#include "services/identity/service.hpp"

namespace daybook::identity {

inline constexpr std::size_t kMaxPasswordBytes = 800;  // 200 characters of 4 bytes.

/// What an account may have, read from JSON; nullopt where the field is absent or wrong, and then `in` knows which.
std::optional<std::string> read_email(JsonReader& in, bool required);
std::optional<std::string> read_new_password(JsonReader& in, std::string_view name, bool required);
std::optional<std::string> read_zone(JsonReader& in);
std::optional<std::string> read_name(JsonReader& in);

/// Errors: invalid_argument, naming each wrong field.
Result<Service::Registration> read_registration(const json::value& body);

}  // namespace daybook::identity
