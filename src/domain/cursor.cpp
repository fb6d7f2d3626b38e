#include "domain/cursor.hpp"

#include "core/hash.hpp"

namespace daybook::domain {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kPayload = 1 + 1 + 8 + 8;  // And the text.
constexpr std::size_t kMaxText = 255;
constexpr std::size_t kCheck = 8;

void put(std::string& out, std::int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
}

std::int64_t take(std::string_view bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

/// Not a secret: it finds mistakes and mix-ups. A forged cursor could name no other user's rows anyway.
std::string check_of(std::string_view payload, std::string_view scope) {
  std::string text(payload);
  text += scope;
  const auto digest = sha256(text);
  return std::string(as_chars(digest).substr(0, kCheck));
}

}  // namespace

std::string encode_cursor(const CursorPosition& position, std::string_view scope) {
  std::string bytes{kVersion, static_cast<char>(position.segment)};
  put(bytes, position.value);
  put(bytes, position.number);
  bytes += position.text.substr(0, kMaxText);
  return base64url_encode(bytes + check_of(bytes, scope));
}

Result<CursorPosition> decode_cursor(std::string_view text, std::string_view scope) {
  const auto bad = [] {
    Error error{Errc::invalid_argument, "The cursor is not one of this query. Start again without a cursor."};
    error.fields.push_back({"?cursor", "must be the nextCursor of the page before, with the same query"});
    return error;
  };
  if (text.size() > 512) return bad();
  const auto bytes = base64url_decode(text);
  if (!bytes || bytes->size() < kPayload + kCheck || bytes->size() > kPayload + kMaxText + kCheck ||
      (*bytes)[0] != kVersion)
    return bad();
  const std::string_view payload = std::string_view{*bytes}.substr(0, bytes->size() - kCheck);
  if (bytes->substr(payload.size()) != check_of(payload, scope)) return bad();
  // One text a position: base64url's spare bits must be zero.
  if (base64url_encode(*bytes) != text) return bad();
  return CursorPosition{static_cast<std::uint8_t>(payload[1]), take(payload.substr(2)), take(payload.substr(10)),
                        std::string(payload.substr(kPayload))};
}

}  // namespace daybook::domain
