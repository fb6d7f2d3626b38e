#include "services/identity/account_fields.hpp"

#include "core/characters.hpp"
#include "domain/zone.hpp"

namespace daybook::identity {

std::optional<std::string> read_email(JsonReader& in, bool required) {
  auto email = in.text("email", {.required = required, .max_bytes = 254});
  if (email && !is_email(*email)) return in.fail("email", "must be an e-mail address"), std::nullopt;
  return email;
}

std::optional<std::string> read_new_password(JsonReader& in, std::string_view name, bool required) {
  auto password = in.text(name, {.required = required, .max_bytes = kMaxPasswordBytes});
  if (!password) return std::nullopt;
  const auto characters = count_characters(*password);
  if (characters < 8 || characters > 200) return in.fail(name, "must have 8 to 200 characters"), std::nullopt;
  return password;
}

std::optional<std::string> read_zone(JsonReader& in) {
  auto zone = in.text("timezone", {.min_bytes = 1, .max_bytes = 64});
  if (!zone) return std::nullopt;
  const auto located = domain::Zone::locate(*zone);
  // A browser without a place of its own says "UTC"; other fixed offsets are no one's zone.
  if (!located || (located->is_fixed() && located->name() != "UTC"))
    return in.fail("timezone", "must be an IANA time zone such as Europe/Berlin"), std::nullopt;
  return located->name();
}

std::optional<std::string> read_name(JsonReader& in) {
  auto name = in.text("name", {.max_bytes = 400, .single_line = true});
  if (name && count_characters(*name) > 100) return in.fail("name", "must have at most 100 characters"), std::nullopt;
  return name;
}

Result<Service::Registration> read_registration(const json::value& body) {
  JsonReader in(body, Unknown::strict);
  Service::Registration registration;
  registration.email = read_email(in, true).value_or("");
  registration.password = read_new_password(in, "password", true).value_or("");
  registration.timezone = read_zone(in).value_or("UTC");
  registration.name = read_name(in);
  if (auto error = in.finish()) return *error;
  return registration;
}

}  // namespace daybook::identity
