#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace daybook {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
std::array<std::uint8_t, 20> sha1(std::string_view bytes);

std::string to_hex(std::string_view bytes);
template <std::size_t N>
std::string to_hex(const std::array<std::uint8_t, N>& bytes) {
  return to_hex(std::string_view{reinterpret_cast<const char*>(bytes.data()), N});
}
template <std::size_t N>
std::string_view as_chars(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

/// RFC 4648, section 5, without padding.
std::string base64url_encode(std::string_view bytes);
/// Refuses padding and any character outside the alphabet. Errors: invalid_argument.
Result<std::string> base64url_decode(std::string_view text);
/// RFC 4648, section 4, with padding.
std::string base64_encode(std::string_view bytes);

/// `n` bytes from the system's generator.
std::string random_bytes(std::size_t n);

/// Compares in a time that does not depend on where the two differ: for secrets.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace daybook
