#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/sql/connection.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace daybook::storage::sqlite {

using sql::append_event;
using sql::Blob;
using sql::Connection;
using sql::LoggedEvent;
using sql::Reader;
using sql::record_inbox;
using sql::Statement;
using sql::Writer;

/// Thrown by statements for what SQLite itself refuses (disk full, I/O, constraint). Caught once by Database, which
/// turns it into an Error; store code lets it pass.
class SqliteError : public std::exception {
 public:
  SqliteError(int code, std::string message) : code_(code), message_(std::move(message)) {}
  int code() const { return code_; }  ///< Extended result code.
  const char* what() const noexcept override { return message_.c_str(); }
  /// FULL, IOERR, BUSY, CANTOPEN: unavailable; READONLY, PERM: misconfigured; CORRUPT, NOTADB: corrupt; others:
  /// internal. The detail says what to do.
  Error to_error() const;

 private:
  int code_;
  std::string message_;
};

class FileConnection;

/// A prepared statement in its connection's cache.
class CachedStatement final : public sql::Cursor {
 public:
  CachedStatement(std::string sql, sqlite3_stmt* handle) : sql_(std::move(sql)), handle_(handle) {}
  CachedStatement(const CachedStatement&) = delete;
  ~CachedStatement();

  void bind_null(int index) override;
  void bind_integer(int index, std::int64_t value) override;
  void bind_real(int index, double value) override;
  void bind_text(int index, std::string_view text, bool lasts) override;
  void bind_blob(int index, std::string_view bytes, bool lasts) override;
  bool step() override;
  void run() override;
  void reset() override;
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  std::string_view blob(int column) const override;
  void release() override;

 private:
  friend class FileConnection;
  void check(int code) const;

  std::string sql_;
  sqlite3_stmt* handle_;
  std::uint64_t used_ = 0;  ///< When it was last taken, in takings.
  bool borrowed_ = false;
  bool temporary_ = false;  ///< Made because the cached one was borrowed; goes when it is given back.
};

/// One SQLite connection with a statement cache. Used by one thread at a time.
class FileConnection final : public sql::Writer {
 public:
  enum class Mode { read_only, read_write, create };

  ~FileConnection() override;

  void exec(const std::string& sql);  ///< Several statements, uncached: migrations and pragmas.
  std::int64_t last_insert_rowid() const;
  int changes() override;
  sql::Engine engine() const override { return sql::Engine::sqlite; }
  CloudEvent append_event(CloudEvent event) override;
  void lock(const UserId&) override {}  ///< There is one writer.
  sqlite3* handle() const { return handle_; }

  /// Opens with the settings that every connection of ours has. Errors: as SqliteError::to_error.
  static Result<std::unique_ptr<FileConnection>> open(const std::string& path, Mode mode);
  /// The one that writes, whose log can be followed (wal_vfs). Throws SqliteError.
  static std::unique_ptr<FileConnection> open_writer(const std::string& path, Mode mode);
  /// Throws SqliteError.
  static std::unique_ptr<FileConnection> open_reader(const std::string& path);

 protected:
  sql::Cursor* take(std::string_view sql) override;

 private:
  explicit FileConnection(sqlite3* handle) : handle_(handle) {}
  static sqlite3* open_handle(const std::string& path, Mode mode, const char* vfs = nullptr);
  sqlite3_stmt* compile(std::string_view sql);
  void evict();

  static constexpr std::size_t kCacheLimit = 512;

  sqlite3* handle_;
  std::uint64_t takings_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<CachedStatement>> cache_;  ///< Keys view the value's `sql_`.
  /// A literal has one address: found by that and confirmed by its text, without hashing it.
  struct ByAddress {
    const char* address = nullptr;
    CachedStatement* statement = nullptr;
  };
  std::vector<ByAddress> recent_ = std::vector<ByAddress>(1024);
};

}  // namespace daybook::storage::sqlite
