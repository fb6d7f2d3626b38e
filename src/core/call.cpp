#include "core/call.hpp"

#include "core/characters.hpp"

namespace daybook {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
  }
  return "GET";
}

std::optional<Method> parse_method(std::string_view text) {
  for (auto m : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options})
    if (to_string(m) == text) return m;
  return std::nullopt;
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return iequals(field.first, name); });
  add(std::move(name), std::move(value));
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (iequals(field, name)) return value;
  return {};
}

bool Headers::has(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (iequals(field, name)) return true;
  return false;
}

}  // namespace daybook
