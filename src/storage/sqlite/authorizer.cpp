#include "storage/sqlite/authorizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace daybook::storage::sqlite {
namespace {

constexpr std::array<std::string_view, 6> kShared = {"event_log",   "event_sequence", "event_epoch",
                                                     "event_group", "inbox",          "dead_letter"};

bool allowed(std::string_view table, std::string_view service) {
  if (table.starts_with("sqlite_") || table.starts_with("json_")) return true;
  if (std::find(kShared.begin(), kShared.end(), table) != kShared.end()) return true;
  return table.size() > service.size() && table.starts_with(service) && table[service.size()] == '_';
}

int judge(void* service, int action, const char* first, const char* second, const char*, const char*) {
  const auto& name = *static_cast<const std::string*>(service);
  const char* table = nullptr;
  switch (action) {
    case SQLITE_READ:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_CREATE_TABLE:
    case SQLITE_DROP_TABLE:
      table = first;
      break;
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
      table = second;
      break;
    default:
      return SQLITE_OK;
  }
  // A read without a table name is of a constant or a table-valued function's argument.
  return !table || !*table || allowed(table, name) ? SQLITE_OK : SQLITE_DENY;
}

}  // namespace

void authorize_only(FileConnection& db, const std::string& service) {
  // The name must outlive the connection, which does not own it: one small string a test.
  static std::vector<std::unique_ptr<std::string>> names;
  static std::mutex mutex;
  std::lock_guard guard(mutex);
  names.push_back(std::make_unique<std::string>(service));
  sqlite3_set_authorizer(db.handle(), judge, names.back().get());
}

}  // namespace daybook::storage::sqlite
