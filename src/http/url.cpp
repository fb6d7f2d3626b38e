#include "http/url.hpp"

#include "core/json.hpp"

namespace daybook::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  bool plain = true;  // Most are ASCII without escapes, and then are UTF-8 anyway.
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = text.size() - i > 2 ? hex_digit(text[i + 1]) : -1;
      const int low = text.size() - i > 2 ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    if (static_cast<unsigned char>(c) >= 0x80) plain = false;
    out += c;
  }
  if (!plain && !is_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

void for_each_parameter(std::string_view query,
                        const std::function<bool(std::string_view, std::optional<std::string>)>& visit) {
  for (std::size_t at = 0; at < query.size();) {
    const auto ampersand = query.find('&', at);
    const auto part = query.substr(at, ampersand == query.npos ? query.npos : ampersand - at);
    at = ampersand == query.npos ? query.size() : ampersand + 1;
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto raw_name = part.substr(0, equals);
    const auto name = percent_decode(raw_name, true);
    std::optional<std::string> value;
    if (name) value = equals == part.npos ? std::string{} : percent_decode(part.substr(equals + 1), true);
    if (!visit(name ? *name : raw_name, std::move(value))) return;
  }
}

}  // namespace daybook::http
