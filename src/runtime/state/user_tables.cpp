#include "runtime/state/user_tables.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "core/hash.hpp"
#include "storage/sqlite/migrations.hpp"

namespace daybook::runtime::state {
namespace {

/// Beyond this a number of JSON is not exact for everybody: daprd, for one, reads numbers as doubles.
constexpr std::int64_t kExact = 1LL << 53;

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    int byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

/// What SQLite calls the value's type.
enum Kind { kNull, kInteger, kText, kBlob, kReal };

void append_value(std::string& out, const storage::sql::Statement& row, int column, Kind kind) {
  switch (kind) {
    case kNull:
      out += "null";
      return;
    case kInteger: {
      const auto value = row.integer(column);
      if (value < kExact && value > -kExact)
        out += std::to_string(value);
      else
        ((out += R"({"i":")") += std::to_string(value)) += "\"}";
      return;
    }
    case kReal:
      out += json::serialize(json::value(row.real(column)));
      return;
    case kBlob:
      ((out += R"({"b":")") += to_hex(row.blob(column))) += "\"}";
      return;
    case kText:
      append_json_string(out, row.text(column));
      return;
  }
}

void bind_value(storage::sql::Statement& statement, int index, const json::value& value) {
  if (const auto* text = value.if_string()) {
    statement.bind(index, std::string_view{text->data(), text->size()});
  } else if (value.is_int64() || value.is_uint64()) {
    statement.bind(index, value.to_number<std::int64_t>());
  } else if (const auto* real = value.if_double()) {
    statement.bind(index, *real);
  } else if (const auto* object = value.if_object()) {
    if (const auto* blob = object->if_contains("b")) {
      statement.bind_blob(index, from_hex(std::string_view{blob->as_string()}));
    } else {
      const auto& digits = object->at("i").as_string();
      std::int64_t number = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      statement.bind(index, number);
    }
  } else {
    statement.bind(index, nullptr);
  }
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) (out += out.empty() ? "" : ", ") += part;
  return out;
}

}  // namespace

UserTables::UserTables(const UserSchema& schema) {
  auto opened = storage::sqlite::FileConnection::open(":memory:", storage::sqlite::FileConnection::Mode::create);
  if (!opened) throw std::runtime_error(opened.error().detail);
  db_ = std::move(*opened);
  if (auto made = storage::sqlite::migrate(*db_, ":memory:", schema.migrations); !made)
    throw std::runtime_error(made.error().detail);
  // With recursive triggers a row that is replaced counts as deleted.
  db_->exec(
      "PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY;"
      "CREATE TEMP TABLE changed_page(page TEXT PRIMARY KEY) WITHOUT ROWID;");
  for (const auto& paged : schema.tables) {
    Table table;
    table.name = paged.name;
    table.page_of_row = replace_all(paged.page, "$", "");
    {
      auto columns = db_->query("SELECT name FROM pragma_table_info(?) ORDER BY cid", paged.name);
      while (columns.step()) table.columns.emplace_back(columns.text(0));
    }
    if (table.columns.empty()) throw std::runtime_error("there is no table " + paged.name);
    std::vector<std::string> selected;
    for (const auto& column : table.columns) selected.push_back(column + ", typeof(" + column + ")");
    // The page is compared as text, as it stands in the key.
    table.page_of_row = "CAST((" + table.page_of_row + ") AS TEXT)";
    const std::string rows = " FROM " + table.name + " WHERE " + table.page_of_row + " = ?";
    table.select = "SELECT " + joined(selected) + rows;
    table.erase = "DELETE" + rows;
    if (paged.page != "''")
      db_->exec("CREATE INDEX page_of_" + table.name + " ON " + table.name + "(" + table.page_of_row + ")");
    const auto note = [&](std::string_view row) {
      const std::string page = "CAST((" + replace_all(paged.page, "$", std::string(row) + ".") + ") AS TEXT)";
      const std::string key = "'" + paged.group + "/' || " + page;
      // Not OR IGNORE: the conflict clause of the statement that fires a trigger goes before the trigger's own.
      return "INSERT INTO changed_page SELECT " + key +
             " WHERE NOT EXISTS (SELECT 1 FROM changed_page WHERE page = " + key + ");";
    };
    for (const auto& [event, body] : {std::pair<std::string, std::string>{"INSERT", note("NEW")},
                                      {"DELETE", note("OLD")},
                                      {"UPDATE", note("OLD") + note("NEW")}})
      db_->exec("CREATE TEMP TRIGGER noted_" + table.name + "_" + event + " AFTER " + event + " ON main." + table.name +
                " BEGIN " + body + " END");
    auto group = std::ranges::find(groups_, paged.group, &std::pair<std::string, std::vector<Table>>::first);
    if (group == groups_.end()) group = groups_.insert(groups_.end(), {paged.group, {}});
    group->second.push_back(std::move(table));
  }
}

void UserTables::begin() { db_->exec("BEGIN"); }
void UserTables::commit() { db_->exec("COMMIT"); }
void UserTables::rollback() { db_->exec("ROLLBACK"); }

std::set<std::string> UserTables::changed() {
  std::set<std::string> out;
  auto rows = db_->query("SELECT page FROM changed_page");
  while (rows.step()) out.emplace(rows.text(0));
  return out;
}

void UserTables::forget() { db_->run("DELETE FROM changed_page"); }

std::vector<UserTables::Table>* UserTables::tables_of(const std::string& page, std::string& number) {
  const auto slash = page.find('/');
  number = slash == std::string::npos ? std::string{} : page.substr(slash + 1);
  for (auto& [group, tables] : groups_)
    if (group == std::string_view(page).substr(0, slash)) return &tables;
  return nullptr;
}

std::string UserTables::dump(const std::string& page) {
  std::string number;
  auto* tables = tables_of(page, number);
  std::string out;
  if (!tables) return out;
  for (const auto& table : *tables) {
    auto rows = db_->query(table.select, number);
    bool any = false;
    while (rows.step()) {
      if (!std::exchange(any, true)) {
        out += out.empty() ? "\"tables\":{" : ",";
        ((out += '"') += table.name) += R"(":{"columns":[)";
        for (std::size_t i = 0; i < table.columns.size(); ++i) (((out += i ? ",\"" : "\"")) += table.columns[i]) += '"';
        out += R"(],"rows":[)";
      } else {
        out += ',';
      }
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        out += i ? ',' : '[';
        const auto type = rows.text(static_cast<int>(2 * i + 1));
        const Kind kind = type == "integer" ? kInteger
                          : type == "text"  ? kText
                          : type == "blob"  ? kBlob
                          : type == "real"  ? kReal
                                            : kNull;
        append_value(out, rows, static_cast<int>(2 * i), kind);
      }
      out += ']';
    }
    if (any) out += "]}";
  }
  if (!out.empty()) out += '}';
  return out;
}

void UserTables::clear(const std::string& page) {
  std::string number;
  if (auto* tables = tables_of(page, number))
    for (const auto& table : *tables) db_->run(table.erase, number);
}

Result<> UserTables::load(const std::string& page, const json::object& document) {
  clear(page);
  std::string number;
  auto* tables = tables_of(page, number);
  if (!tables) return {};  // Of a newer version.
  try {
    const auto& stored = document.at("tables").as_object();
    for (const auto& table : *tables) {
      const auto* content = stored.if_contains(table.name);
      if (!content) continue;
      // By name: an older version's rows lack the columns that were added since.
      const auto& names = content->at("columns").as_array();
      std::vector<std::string> columns;
      std::vector<std::size_t> places;
      for (std::size_t i = 0; i < names.size(); ++i) {
        std::string name(names[i].as_string());
        if (std::ranges::find(table.columns, name) == table.columns.end()) continue;
        columns.push_back(std::move(name));
        places.push_back(i);
      }
      const std::string sql = "INSERT INTO " + table.name + "(" + joined(columns) + ") VALUES (" +
                              joined(std::vector<std::string>(columns.size(), "?")) + ")";
      for (const auto& row : content->at("rows").as_array()) {
        auto insert = db_->prepare(sql);
        for (std::size_t i = 0; i < places.size(); ++i)
          bind_value(insert, static_cast<int>(i + 1), row.as_array().at(places[i]));
        insert.run();
      }
    }
  } catch (const std::exception& wrong) {
    return Error{Errc::corrupt, "The state's page " + page + " cannot be read: " + wrong.what()};
  }
  return {};
}

std::int64_t UserTables::size() {
  auto pages = db_->query("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
  return pages.step() ? pages.integer(0) : 0;
}

}  // namespace daybook::runtime::state
