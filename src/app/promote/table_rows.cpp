#include "app/promote/table_rows.hpp"

#include <bit>

#include "core/hash.hpp"

namespace daybook::app {
namespace {

using storage::sql::Statement;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

void bind(Statement& statement, int index, const Value& value) {
  std::visit(Overloaded{[&](std::nullptr_t) { statement.bind(index, nullptr); },
                        [&](std::int64_t number) { statement.bind(index, number); },
                        [&](double number) { statement.bind(index, number); },
                        [&](const std::string& text) { statement.bind(index, std::string_view{text}); },
                        [&](const Bytes& bytes) { statement.bind_blob(index, bytes.of); }},
             value);
}

Value value_of(const Statement& row, int column, Kind kind) {
  if (row.is_null(column)) return nullptr;
  switch (kind) {
    case Kind::integer:
      return row.integer(column);
    case Kind::real:
      return row.real(column);
    case Kind::text:
      return std::string(row.text(column));
    case Kind::bytes:
      return Bytes{std::string(row.blob(column))};
  }
  return nullptr;
}

std::string list_of(const Table& table, const std::vector<std::size_t>& places, const char* ending = "") {
  std::string out;
  for (const auto place : places) ((out += out.empty() ? "" : ", ") += table.columns[place]) += ending;
  return out;
}

std::vector<std::size_t> all_of(const Table& table) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) places.push_back(i);
  return places;
}

std::string marks(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ", ?";
  return out;
}

void put(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

std::uint64_t eight_bytes(const Sha256& hash, std::size_t at) {
  std::uint64_t out = 0;
  for (std::size_t i = at; i < at + 8; ++i) out = out << 8 | hash[i];
  return out;
}

}  // namespace

std::vector<Row> read_rows(storage::sql::Connection& db, const Table& table, const std::optional<Row>& after,
                           int limit) {
  std::string sql = "SELECT " + list_of(table, all_of(table)) + " FROM " + table.name;
  std::string where = table.only;
  if (after)
    where +=
        (where.empty() ? "" : " AND ") + ("(" + list_of(table, table.key) + ") > (" + marks(table.key.size())) + ")";
  if (!where.empty()) sql += " WHERE " + where;
  sql += " ORDER BY " + list_of(table, table.key) + " LIMIT ?";
  auto rows = db.prepare(sql);
  int index = 0;
  if (after)
    for (const auto place : table.key) bind(rows, ++index, (*after)[place]);
  rows.bind(++index, limit);
  std::vector<Row> out;
  while (rows.step()) {
    auto& row = out.emplace_back();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      row.push_back(value_of(rows, static_cast<int>(i), table.kinds[i]));
  }
  return out;
}

void insert_row(storage::sql::Writer& db, const Table& table, const Row& row) {
  const std::string sql = "INSERT INTO " + table.name + " (" + list_of(table, all_of(table)) + ") VALUES (" +
                          marks(table.columns.size()) + ")";
  auto statement = db.prepare(sql);
  for (std::size_t i = 0; i < row.size(); ++i) bind(statement, static_cast<int>(i) + 1, row[i]);
  statement.run();
}

std::optional<Row> last_row(storage::sql::Connection& db, const Table& table) {
  auto rows = db.prepare("SELECT " + list_of(table, table.key) + " FROM " + table.name + " ORDER BY " +
                         list_of(table, table.key, " DESC") + " LIMIT 1");
  if (!rows.step()) return std::nullopt;
  Row out(table.columns.size());
  for (std::size_t i = 0; i < table.key.size(); ++i)
    out[table.key[i]] = value_of(rows, static_cast<int>(i), table.kinds[table.key[i]]);
  return out;
}

void Checksum::add(const Row& row) {
  std::string bytes;
  for (const auto& value : row) {
    bytes += static_cast<char>('0' + value.index());
    std::visit(
        Overloaded{[&](std::nullptr_t) {}, [&](std::int64_t number) { put(bytes, static_cast<std::uint64_t>(number)); },
                   [&](double number) { put(bytes, std::bit_cast<std::uint64_t>(number)); },
                   [&](const std::string& text) { put(bytes, text.size()), bytes += text; },
                   [&](const Bytes& blob) { put(bytes, blob.of.size()), bytes += blob.of; }},
        value);
  }
  const auto hash = sha256(bytes);
  ++rows;
  low += eight_bytes(hash, 0);
  high += eight_bytes(hash, 8);
}

std::string Checksum::str() const {
  std::string bytes;
  put(bytes, high);
  put(bytes, low);
  return to_hex(bytes);
}

}  // namespace daybook::app
