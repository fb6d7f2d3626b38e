#include "storage/sqlite/connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>

#include "storage/sqlite/wal_vfs.hpp"

namespace daybook::storage::sqlite {
namespace {

/// Settings of the library itself, before its first use: connections are each used by one thread at a time, nobody
/// reads the memory statistics (which cost a global lock an allocation), and what a SAVEPOINT may have to restore stays
/// in memory up to 8 MiB.
void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, 8 << 20);
  });
}

[[noreturn]] void throw_error(sqlite3* handle, int code) {
  const int extended = handle ? sqlite3_extended_errcode(handle) : code;
  throw SqliteError((extended & 0xFF) == (code & 0xFF) ? extended : code,
                    handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
}

}  // namespace

Error SqliteError::to_error() const {
  const std::string said = " (SQLite: " + message_ + ")";
  switch (code_ & 0xFF) {
    case SQLITE_FULL:
      return {Errc::unavailable,
              "The disk that holds the database is full; the change was not saved. Free some space "
              "on it and try again" +
                  said};
    case SQLITE_IOERR:
      return {Errc::unavailable,
              "The disk that holds the database failed to read or write; the change was not saved. "
              "Check the disk and its free space" +
                  said};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::unavailable, "Another program holds the database. Close it and try again" + said};
    case SQLITE_CANTOPEN:
      return {Errc::unavailable,
              "The database file cannot be opened. Check that its directory exists and may be "
              "written" +
                  said};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Errc::misconfigured,
              "The database file or its directory may not be written. Give this user write "
              "permission on both, or name another directory with --data" +
                  said};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::corrupt,
              "The database file is damaged, or is not one of Daybook's. Stop the server, keep a copy of "
              "the file, and restore the latest backup with 'daybook restore'" +
                  said};
    case SQLITE_NOMEM:
      return {Errc::unavailable, "The machine is out of memory; the change was not saved" + said};
    default:
      return {Errc::internal, "The database refused a statement" + said};
  }
}

CachedStatement::~CachedStatement() { sqlite3_finalize(handle_); }

void CachedStatement::release() {
  if (temporary_) {
    delete this;
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  borrowed_ = false;
}

void CachedStatement::check(int code) const {
  if (code != SQLITE_OK) throw_error(sqlite3_db_handle(handle_), code);
}

void CachedStatement::bind_null(int index) { check(sqlite3_bind_null(handle_, index)); }
void CachedStatement::bind_integer(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }
void CachedStatement::bind_real(int index, double value) { check(sqlite3_bind_double(handle_, index, value)); }

void CachedStatement::bind_text(int index, std::string_view text, bool lasts) {
  // A null pointer would bind NULL; an empty text is not that.
  const char* bytes = text.data() ? text.data() : "";
  check(sqlite3_bind_text64(handle_, index, bytes, text.size(), lasts ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8));
}

void CachedStatement::bind_blob(int index, std::string_view bytes, bool lasts) {
  const char* data = bytes.data() ? bytes.data() : "";
  check(sqlite3_bind_blob64(handle_, index, data, bytes.size(), lasts ? SQLITE_STATIC : SQLITE_TRANSIENT));
}

bool CachedStatement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_error(sqlite3_db_handle(handle_), code);
}

void CachedStatement::run() {
  while (step()) {
  }
}

void CachedStatement::reset() { sqlite3_reset(handle_); }

bool CachedStatement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
std::int64_t CachedStatement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double CachedStatement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view CachedStatement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view CachedStatement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

FileConnection::~FileConnection() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

sqlite3* FileConnection::open_handle(const std::string& path, Mode mode, const char* vfs) {
  configure_library();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::read_only) flags |= SQLITE_OPEN_READONLY;
  if (mode == Mode::read_write) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  if (code != SQLITE_OK) {
    SqliteError error(handle ? sqlite3_extended_errcode(handle) : code,
                      handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    sqlite3_close_v2(handle);
    throw error;
  }
  sqlite3_busy_timeout(handle, 5000);
  return handle;
}

Result<std::unique_ptr<FileConnection>> FileConnection::open(const std::string& path, Mode mode) {
  try {
    return std::unique_ptr<FileConnection>(new FileConnection(open_handle(path, mode)));
  } catch (const SqliteError& error) {
    return error.to_error();
  }
}

std::unique_ptr<FileConnection> FileConnection::open_writer(const std::string& path, Mode mode) {
  return std::unique_ptr<FileConnection>(new FileConnection(open_handle(path, mode, wal_vfs())));
}

std::unique_ptr<FileConnection> FileConnection::open_reader(const std::string& path) {
  return std::unique_ptr<FileConnection>(new FileConnection(open_handle(path, Mode::read_only)));
}

sqlite3_stmt* FileConnection::compile(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) throw_error(handle_, code);
  if (!statement) throw SqliteError(SQLITE_MISUSE, "an empty statement");
  return statement;
}

sql::Cursor* FileConnection::take(std::string_view sql) {
  const auto address = reinterpret_cast<std::uintptr_t>(sql.data());
  auto& slot = recent_[(address ^ address >> 10) % recent_.size()];
  CachedStatement* cached = nullptr;
  if (slot.address == sql.data() && slot.statement && slot.statement->sql_ == sql) {
    cached = slot.statement;
  } else {
    auto found = cache_.find(sql);
    if (found == cache_.end()) {
      if (cache_.size() >= kCacheLimit) evict();
      auto made = std::make_unique<CachedStatement>(std::string(sql), compile(sql));
      const std::string_view key = made->sql_;
      found = cache_.emplace(key, std::move(made)).first;
    }
    cached = found->second.get();
    slot = {sql.data(), cached};
  }
  if (cached->borrowed_) {
    auto extra = std::make_unique<CachedStatement>(std::string{}, compile(sql));
    extra->temporary_ = true;
    return extra.release();
  }
  cached->borrowed_ = true;
  cached->used_ = ++takings_;
  return cached;
}

/// Drops the half that was not used for longest.
void FileConnection::evict() {
  std::vector<CachedStatement*> idle;
  for (auto& [sql, cached] : cache_)
    if (!cached->borrowed_) idle.push_back(cached.get());
  const auto middle = idle.begin() + static_cast<std::ptrdiff_t>(idle.size() / 2);
  std::nth_element(idle.begin(), middle, idle.end(), [](auto* a, auto* b) { return a->used_ < b->used_; });
  for (auto& slot : recent_) slot = {};
  for (auto at = idle.begin(); at != middle; ++at) cache_.erase(cache_.find((*at)->sql_));
}

void FileConnection::exec(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(handle_, code);
}

std::int64_t FileConnection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_); }
int FileConnection::changes() { return sqlite3_changes(handle_); }

}  // namespace daybook::storage::sqlite
