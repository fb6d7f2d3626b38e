#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::chat {

/// Byte offsets of each code point of a text, and of its end.
std::vector<std::size_t> code_point_offsets(std::string_view text);

/// [start, end) in code points.
using TextSpans = std::vector<std::pair<std::size_t, std::size_t>>;

/// Words that the engine must not read are hidden behind characters that no grammar knows, one a code point, so that
/// all positions stay. Spans that lie outside the text are left out.
class HiddenWords {
 public:
  HiddenWords(const std::string& text, const TextSpans& spans);
  const std::string& text() const { return text_; }
  /// The title that was read, with the words that were hidden in it.
  std::string restore(std::string title) const;

 private:
  std::string text_;
  std::vector<std::string> hidden_;
};

}  // namespace daybook::chat
