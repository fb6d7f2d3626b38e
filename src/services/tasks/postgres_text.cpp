#include "services/tasks/postgres_text.hpp"

#include <algorithm>

#include "services/tasks/sql_rows.hpp"

namespace daybook::tasks {
namespace {

/// What separates tokens, labels and fields in a search line (domain/search_text.cpp) is no character of theirs.
bool separates(char c) { return static_cast<unsigned char>(c) < 0x20; }

std::vector<std::string_view> pieces_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < line.size();) {
    const auto begin = std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(), separates);
    const auto end = std::find_if(begin, line.end(), separates);
    if (begin != end) out.emplace_back(begin, end);
    at = static_cast<std::size_t>(end - line.begin());
  }
  return out;
}

std::string owner_prefix(std::int64_t ordinal) { return std::to_string(ordinal) + ":"; }

/// The longest lexeme that PostgreSQL takes is 2046 bytes; nobody types that much of a word.
std::string_view cut(std::string_view piece) { return piece.substr(0, 1024); }

void append_lexeme(std::string& query, const std::string& owner, std::string_view piece, bool prefix) {
  query += '\'';
  query += owner;
  for (const char c : cut(piece)) {
    if (c == '\'' || c == '\\') query += c;
    query += c;
  }
  query += prefix ? "':*" : "'";
}

/// All tokens of a needle; a needle that does not end with a separator goes on.
std::string query_of(const std::string& owner, const std::string& needle) {
  std::string query;
  const auto pieces = pieces_of(needle);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) query += " & ";
    append_lexeme(query, owner, pieces[i], i + 1 == pieces.size() && !separates(needle.back()));
  }
  return query;
}

}  // namespace

PostgresText postgres_text(const TextCondition& condition, std::int64_t ordinal) {
  PostgresText out;
  if (condition.empty()) return out;
  const std::string owner = owner_prefix(ordinal);
  std::string query;
  const auto also = [&](const std::string& part) { (query += query.empty() ? "" : " & ") += part; };
  for (const auto& needle : condition.all) also(query_of(owner, needle));
  if (!condition.any.empty()) {
    std::string any;
    for (const auto& needle : condition.any) (any += any.empty() ? "" : " | ") += query_of(owner, needle);
    also("(" + any + ")");
  }
  // The index cannot begin with what is not there: every line has the owner's own mark.
  if (query.empty()) {
    append_lexeme(query, owner, {}, false);
  }
  for (const auto& needle : condition.none) also("!" + query_of(owner, needle));
  out.sql = " AND x.tokens @@ ?::tsquery";
  out.values.push_back(std::move(query));
  for (const auto& needle : condition.all) {
    if (pieces_of(needle).size() < 2) continue;
    out.sql += " AND strpos(x.text, ?) > 0";
    out.values.push_back(needle);
  }
  return out;
}

void add_postgres_text(storage::sql::Writer& db, std::int64_t key, std::string_view line) {
  const std::string owner = owner_prefix(ordinal_of(key));
  std::string tokens = "{\"" + owner + '"';
  for (const auto piece : pieces_of(line)) {
    tokens += ",\"";
    tokens += owner;
    for (const char c : cut(piece)) {
      if (c == '"' || c == '\\') tokens += '\\';
      tokens += c;
    }
    tokens += '"';
  }
  tokens += '}';
  db.run(
      "INSERT INTO tasks_text(key, text, tokens) VALUES (?, ?, array_to_tsvector(?::text[])) ON CONFLICT (key) DO "
      "UPDATE SET text = excluded.text, tokens = excluded.tokens",
      key, line, tokens);
}

std::string postgres_text_schema() {
  return R"(
    ALTER TABLE tasks_text ADD COLUMN tokens tsvector NOT NULL;
    CREATE INDEX text_tokens ON tasks_text USING gin (tokens);
    ALTER TABLE tasks_user SET (fillfactor = 50);
    ALTER TABLE tasks_label SET (fillfactor = 70);
  )";
}

}  // namespace daybook::tasks
