#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace daybook::domain {

/// Where a page ended, in the order of its query: the next page has what comes strictly after.
struct CursorPosition {
  std::uint8_t segment = 0;  ///< For orders that are several sequences after each other.
  std::int64_t value = 0;    ///< Of the sort field, as the store orders it.
  std::int64_t number = 0;   ///< Of the task, which decides between equals.
  std::string text;          ///< Instead of `value` where the order is of text; at most 255 bytes.
  friend bool operator==(const CursorPosition&, const CursorPosition&) = default;
};

/// Opaque text, safe in a URL. It belongs to `scope` (user, filters, sort): with another one, or changed by hand, it
/// is refused.
std::string encode_cursor(const CursorPosition& position, std::string_view scope);
/// Errors: invalid_argument, pointing to "?cursor".
Result<CursorPosition> decode_cursor(std::string_view text, std::string_view scope);

}  // namespace daybook::domain
