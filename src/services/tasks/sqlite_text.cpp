#include "services/tasks/sqlite_text.hpp"

#include <string.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "services/tasks/postgres_text.hpp"
#include "services/tasks/sql_rows.hpp"

namespace daybook::tasks {
namespace {

// A row's text is a sequence of records: this mark, the task's number in decimal, then its line, whose first byte is
// no digit. Lines hold no such mark.
constexpr char kRecord = '\x01';
constexpr int kTasksPerRowBits = 5;

constexpr std::int64_t row_of(std::int64_t key) {
  return make_key(ordinal_of(key), number_of(key) >> kTasksPerRowBits);
}

std::string record_head(std::int64_t key) { return kRecord + std::to_string(number_of(key)); }

bool contains(std::string_view text, std::string_view part) {
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool matches(std::string_view line, const TextCondition& condition) {
  for (const auto& part : condition.all)
    if (!contains(line, part)) return false;
  for (const auto& part : condition.none)
    if (contains(line, part)) return false;
  return condition.any.empty() || std::any_of(condition.any.begin(), condition.any.end(),
                                              [&](const auto& part) { return contains(line, part); });
}

struct Record {
  std::int64_t number = 0;
  std::string_view line;
};

Record read_record(std::string_view record) {
  Record out;
  const char* end = record.data() + record.size();
  const char* line = std::from_chars(record.data() + 1, end, out.number).ptr;
  out.line = {line, static_cast<std::size_t>(end - line)};
  return out;
}

/// Appends the records of one row's text that match.
void match_records(std::string_view text, const TextCondition& condition, const std::string* rarest,
                   std::vector<Record>& records) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t hit = at;
    if (rarest) {
      const void* found = ::memmem(text.data() + at, text.size() - at, rarest->data(), rarest->size());
      if (!found) return;
      hit = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    }
    const auto record = text.rfind(kRecord, hit);
    const auto end = std::min(text.find(kRecord, hit + 1), text.size());
    if (record != std::string_view::npos && matches(text.substr(record, end - record), condition))
      records.push_back(read_record(text.substr(record, end - record)));
    at = end;
  }
}

}  // namespace

void add_text(storage::sql::Writer& db, std::int64_t key, std::string_view line) {
  if (db.engine() == storage::sql::Engine::postgres) return add_postgres_text(db, key, line);
  std::string record = record_head(key);
  record += line;
  auto add = db.prepare(
      "INSERT INTO tasks_text(key, text) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET text = text || excluded.text");
  add.bind(1, row_of(key)).bind(2, std::string_view{record});
  add.run();
}

void remove_text(storage::sql::Writer& db, std::int64_t key) {
  if (db.engine() == storage::sql::Engine::postgres) return db.run("DELETE FROM tasks_text WHERE key = ?", key);
  std::string text;
  {
    auto row = db.query("SELECT text FROM tasks_text WHERE key = ?", row_of(key));
    if (!row.step()) return;
    text = row.text(0);
  }
  const std::string head = record_head(key);
  for (auto at = text.find(head); at != std::string::npos; at = text.find(head, at + 1)) {
    const auto next = at + head.size();
    // "12" also begins the record of 123.
    if (next < text.size() && text[next] >= '0' && text[next] <= '9') continue;
    text.erase(at, std::min(text.find(kRecord, at + 1), text.size()) - at);
    db.run("UPDATE tasks_text SET text = ? WHERE key = ?", text, row_of(key));
    return;
  }
}

std::int64_t text_row_of(std::int64_t key) { return row_of(key); }

std::vector<std::pair<std::int64_t, std::string>> unpack_text_row(std::int64_t row, std::string_view text) {
  std::vector<Record> records;
  match_records(text, {}, nullptr, records);
  std::vector<std::pair<std::int64_t, std::string>> out;
  for (const auto& record : records) out.emplace_back(make_key(ordinal_of(row), record.number), record.line);
  return out;
}

void scan_text(storage::sql::Connection& db, std::int64_t ordinal, const TextCondition& condition, bool descending,
               std::int64_t after, const std::function<bool(std::int64_t key, std::string_view line)>& found) {
  // Long words are rare words, and are skipped to the fastest.
  const std::string* rarest = nullptr;
  for (const auto& part : condition.all)
    if (!rarest || part.size() > rarest->size()) rarest = &part;

  const std::int64_t low = after && !descending ? row_of(after) : make_key(ordinal, 0);
  const std::int64_t high = after && descending ? row_of(after) : make_key(ordinal, kMaxNumber);
  auto rows = descending
                  ? db.query("SELECT key, text FROM tasks_text WHERE key BETWEEN ? AND ? ORDER BY key DESC", low, high)
                  : db.query("SELECT key, text FROM tasks_text WHERE key BETWEEN ? AND ? ORDER BY key", low, high);
  std::vector<Record> records;
  while (rows.step()) {
    records.clear();
    match_records(rows.text(1), condition, rarest, records);
    // A task whose text was changed stands at the end of its row.
    std::sort(records.begin(), records.end(),
              [&](const Record& a, const Record& b) { return descending ? a.number > b.number : a.number < b.number; });
    for (const auto& record : records) {
      const auto key = make_key(ordinal, record.number);
      if (after && (descending ? key >= after : key <= after)) continue;
      if (!found(key, record.line)) return;
    }
  }
}

}  // namespace daybook::tasks
