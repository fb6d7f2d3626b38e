#include "domain/search_text.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace daybook::domain {
namespace {

// In a search line: kToken before and after each token, kBreak between fields, so that no phrase reaches across;
// kLabel around whole labels. Folded text has no control characters, so none of them can be imitated.
constexpr char kToken = '\x1f';
constexpr char kBreak = '\x1e';
constexpr char kLabel = '\x1d';

constexpr std::size_t kMaxTerms = 32;
constexpr std::size_t kMaxTokenBytes = 64;  ///< Longer words match by their beginning.

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

bool is_word(utf8proc_int32_t code) {
  const auto category = utf8proc_category(code);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO);
}

/// Scripts that are written without spaces between words.
bool is_unspaced(utf8proc_int32_t code) {
  return (code >= 0x3040 && code <= 0x30FF && code != 0x30FB) || (code >= 0x31F0 && code <= 0x31FF) ||
         (code >= 0x3400 && code <= 0x4DBF) || (code >= 0x4E00 && code <= 0x9FFF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x3FFFF) || code == 0x3005;
}

void append_utf8(std::string& out, utf8proc_int32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto n = utf8proc_encode_char(code, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(n));
}

/// The plain letter of one that has a stroke, or no dot, and does not decompose. After case folding.
utf8proc_int32_t plain(utf8proc_int32_t code) {
  switch (code) {
    case 0x0131:  // ı
      return 'i';
    case 0x00F8:  // ø
      return 'o';
    case 0x0142:  // ł
      return 'l';
    case 0x0111:  // đ
      return 'd';
    case 0x0127:  // ħ
      return 'h';
    case 0x0167:  // ŧ
      return 't';
    default:
      return code;
  }
}

std::string fold_unicode(std::string_view text) {
  // Decomposed first, so that accents stand apart from their letters and can be taken away.
  std::vector<utf8proc_int32_t> codes;
  codes.reserve(text.size() + 16);
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  int boundary = UTF8PROC_BOUNDCLASS_START;
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const auto read = utf8proc_iterate(at, left, &code);
    if (read <= 0) {
      ++at, --left;
      continue;
    }
    at += read, left -= read;
    utf8proc_int32_t parts[32];
    const auto n = utf8proc_decompose_char(code, parts, 32, kOptions, &boundary);
    if (n > 0) codes.insert(codes.end(), parts, parts + std::min<utf8proc_ssize_t>(n, 32));
  }
  std::vector<utf8proc_int32_t> kept;
  kept.reserve(codes.size());
  bool strip = true;
  for (auto code : codes) {
    if (is_mark(utf8proc_category(code))) {
      if (strip) continue;
    } else {
      strip = code < 0x0700;
    }
    kept.push_back(plain(code));
  }
  const auto length = utf8proc_normalize_utf32(kept.data(), static_cast<utf8proc_ssize_t>(kept.size()),
                                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  std::string out;
  out.reserve(text.size());
  for (utf8proc_ssize_t i = 0; i < length; ++i) append_utf8(out, kept[static_cast<std::size_t>(i)]);
  return out;
}

void cut(std::string& token) {
  if (token.size() <= kMaxTokenBytes) return;
  std::size_t end = kMaxTokenBytes;
  while (end > 0 && (static_cast<unsigned char>(token[end]) & 0xC0) == 0x80) --end;
  token.resize(end);
}

/// Splits folded text into words and calls `word(token, run_of_unspaced_script)` for each.
template <class Word>
void split_words(std::string_view folded, Word word) {
  std::string token;
  bool unspaced = false;
  const auto flush = [&] {
    if (!token.empty()) word(token, unspaced);
    token.clear();
    unspaced = false;  // A mark after this has no run to go on with.
  };
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(folded.data());
  auto left = static_cast<utf8proc_ssize_t>(folded.size());
  while (left > 0) {
    utf8proc_int32_t code = *at;
    utf8proc_ssize_t read = 1;
    if (code >= 0x80) {
      read = utf8proc_iterate(at, left, &code);
      if (read <= 0) {
        ++at, --left;
        continue;
      }
    }
    const char* bytes = reinterpret_cast<const char*>(at);
    at += read, left -= read;
    if (code < 0x80) {
      if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) {
        if (unspaced) flush();
        unspaced = false;
        token.push_back(static_cast<char>(code));
      } else if (code != '\'') {  // "don't" and "dont" are one word.
        flush();
      }
      continue;
    }
    if (code == 0x2019 || code == 0x02BC) continue;
    if (!is_word(code)) {
      flush();
      continue;
    }
    const bool now_unspaced = is_unspaced(code) || (unspaced && is_mark(utf8proc_category(code)));
    if (now_unspaced != unspaced) flush();
    unspaced = now_unspaced;
    token.append(bytes, static_cast<std::size_t>(read));
  }
  flush();
}

std::vector<std::string_view> characters(std::string_view run) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < run.size();) {
    std::size_t n = 1;
    while (i + n < run.size() && (static_cast<unsigned char>(run[i + n]) & 0xC0) == 0x80) ++n;
    out.push_back(run.substr(i, n));
    i += n;
  }
  return out;
}

/// Calls `token` for each index token of folded text.
template <class Token>
void each_token(std::string_view folded, Token token) {
  split_words(folded, [&](std::string& word, bool unspaced) {
    if (!unspaced) {
      cut(word);
      token(std::string_view{word});
      return;
    }
    const auto chars = characters(word);
    for (std::size_t i = 0; i + 1 < chars.size(); ++i)
      token(std::string_view{chars[i].data(), chars[i].size() + chars[i + 1].size()});
    token(chars.back());
  });
}

void append_field(std::string& line, std::string_view text) {
  if (text.empty()) return;
  line += kToken;
  const auto write = [&](std::string_view token) {
    line += token;
    line += kToken;
  };
  each_token(fold_text(text), write);
  line += kBreak;
}

}  // namespace

std::string fold_text(std::string_view text) {
  if (!is_ascii(text)) return fold_unicode(text);
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::vector<std::string> search_tokens(std::string_view text) {
  std::vector<std::string> out;
  each_token(fold_text(text), [&](std::string_view token) { out.emplace_back(token); });
  return out;
}

std::vector<SearchTerm> parse_search(std::string_view query) {
  std::vector<SearchTerm> terms;
  // Pieces alternate between outside and inside of quotes; a quote without an end is a plain character.
  bool quoted = false;
  std::size_t from = 0;
  const std::string folded = fold_text(query);
  while (from <= folded.size()) {
    auto end = folded.find('"', from);
    if (quoted && end == std::string::npos) quoted = false;
    const bool last = end == std::string::npos;
    if (last) end = folded.size();
    const std::string_view piece = std::string_view{folded}.substr(from, end - from);
    if (quoted) {
      SearchTerm phrase;
      split_words(piece, [&](std::string& word, bool unspaced) {
        if (!unspaced) {
          cut(word);
          phrase.tokens.push_back(word);
          return;
        }
        const auto chars = characters(word);
        for (std::size_t i = 0; i + 1 < chars.size(); ++i)
          phrase.tokens.emplace_back(chars[i].data(), chars[i].size() + chars[i + 1].size());
        if (chars.size() == 1) phrase.tokens.emplace_back(chars[0]);
        // The run may go on in the text, where its last pair is another one.
        phrase.prefix = chars.size() == 1;
      });
      if (!phrase.tokens.empty()) terms.push_back(std::move(phrase));
    } else {
      const bool open_end = last && !piece.empty();
      split_words(piece, [&](std::string& word, bool unspaced) {
        SearchTerm term;
        if (!unspaced) {
          term.prefix = word.size() >= kMaxTokenBytes;
          cut(word);
          term.tokens.push_back(word);
        } else {
          const auto chars = characters(word);
          for (std::size_t i = 0; i + 1 < chars.size(); ++i)
            term.tokens.emplace_back(chars[i].data(), chars[i].size() + chars[i + 1].size());
          if (chars.size() == 1) {
            term.tokens.emplace_back(chars[0]);
            term.prefix = true;
          }
        }
        terms.push_back(std::move(term));
      });
      if (open_end && !terms.empty()) {
        const auto code = static_cast<unsigned char>(piece.back());
        // A separator after the last word says that it is whole.
        if (code >= 0x80 || (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) terms.back().prefix = true;
      }
    }
    if (last) break;
    quoted = !quoted;
    from = end + 1;
  }
  if (terms.size() > kMaxTerms) terms.resize(kMaxTerms);
  return terms;
}

std::string search_line(const TaskFields& task) {
  std::string line;
  line.reserve(task.title.size() + task.description.size() + 64);
  append_field(line, task.title);
  append_field(line, task.description);
  for (const auto& tag : task.tags) {
    append_field(line, tag);
    line += tag_needle(tag);
  }
  if (!task.category.empty()) {
    append_field(line, task.category);
    line += category_needle(task.category);
  }
  return line;
}

std::string title_order(std::string_view line) {
  return std::string(line.substr(0, std::min<std::size_t>(line.find(kBreak), 128)));
}

std::string needle(const SearchTerm& term) {
  std::string out(1, kToken);
  for (std::size_t i = 0; i < term.tokens.size(); ++i) {
    out += term.tokens[i];
    if (i + 1 < term.tokens.size() || !term.prefix) out += kToken;
  }
  return out;
}

std::string tag_needle(std::string_view tag) { return kLabel + ('#' + fold_text(tag)) + kLabel; }
std::string category_needle(std::string_view category) { return kLabel + ('@' + fold_text(category)) + kLabel; }

}  // namespace daybook::domain
