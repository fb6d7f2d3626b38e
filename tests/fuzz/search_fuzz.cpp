// Links: daybook_domain
// What people write and look for: folding yields UTF-8 and is done once for good, and a text is found by its own words.

#include <algorithm>
#include <cstdlib>

#include "core/json.hpp"
#include "domain/search_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  using namespace daybook::domain;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::string folded = fold_text(text);
  if (!is_utf8(folded)) std::abort();
  const auto tokens = search_tokens(text);
  for (const auto& token : tokens)
    if (token.empty() || !is_utf8(token) || token.find(' ') != token.npos) std::abort();
  const auto terms = parse_search(text);
  if (terms.size() > 32) std::abort();
  for (const auto& term : terms) {
    if (term.tokens.empty()) std::abort();
    // Every word of a query is one that the text itself would have.
    for (const auto& token : term.tokens)
      if (std::find(tokens.begin(), tokens.end(), token) == tokens.end() && !term.prefix && term.tokens.size() == 1)
        std::abort();
  }
  return 0;
}
