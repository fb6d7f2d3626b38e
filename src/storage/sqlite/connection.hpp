#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace daybook::storage::sqlite {

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

/// Bytes that bind as BLOB where a plain string_view would bind as TEXT.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement in its connection's cache.
struct CachedStatement {
  std::string sql;
  sqlite3_stmt* handle = nullptr;
  std::uint64_t used = 0;  ///< When it was last taken, in takings.
  bool borrowed = false;
  bool temporary = false;  ///< Made because the cached one was borrowed; goes with its Statement.
};

/// A prepared statement borrowed from its connection's cache; given back, reset and unbound, on destruction.
/// Parameters bind from 1 in the order given to `Connection::query`; columns count from 0.
class Statement {
 public:
  Statement(Statement&& other) noexcept
      : cached_(std::exchange(other.cached_, nullptr)), handle_(other.handle_), borrows_(other.borrows_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, std::nullptr_t);
  Statement& bind(int index, std::int64_t value);
  template <std::integral T>
  Statement& bind(int index, T value) {
    return bind(index, static_cast<std::int64_t>(value));
  }
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);  ///< As TEXT; copied.
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view{text}); }
  Statement& bind(int index, const char* text) { return bind(index, std::string_view{text}); }
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind(int index, Blob blob) { return bind_blob(index, blob.bytes); }
  Statement& bind(int index, const Uuid& id);  ///< As a 16-byte BLOB.
  template <class Tag>
  Statement& bind(int index, const Id<Tag>& id) {
    return bind(index, id.value);
  }
  Statement& bind(int index, Instant instant) { return bind(index, to_micros(instant)); }
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }

  bool step();  ///< True while there is a row.
  void run();   ///< Steps to the end.
  /// Back to before the first row, so that it can be bound and run again.
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  ///< Valid until the next step.
  std::string_view blob(int column) const;
  Uuid uuid(int column) const;
  Instant instant(int column) const { return from_micros(integer(column)); }

 private:
  friend class Connection;
  Statement(CachedStatement* cached, bool borrows) : cached_(cached), handle_(cached->handle), borrows_(borrows) {}
  void check(int code) const;

  CachedStatement* cached_;
  sqlite3_stmt* handle_;
  bool borrows_;  ///< Texts outlive the statement, so they need no copy.
};

/// One SQLite connection with a statement cache. Used by one thread at a time.
class Connection {
 public:
  enum class Mode { read_only, read_write, create };

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Takes the statement from the cache (keyed by its text, so pass literals) and binds `args` from 1.
  template <class... Args>
  Statement query(std::string_view sql, const Args&... args) {
    Statement statement = take(sql, false);
    int index = 0;
    (statement.bind(++index, args), ...);
    return statement;
  }
  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    // The arguments live until the end of this call, and the statement does not.
    Statement statement = take(sql, true);
    int index = 0;
    (statement.bind(++index, args), ...);
    statement.run();
  }
  Statement prepare(std::string_view sql) { return take(sql, false); }
  void exec(const std::string& sql);  ///< Several statements, uncached: migrations and pragmas.
  std::int64_t last_insert_rowid() const;
  int changes() const;
  sqlite3* handle() const { return handle_; }

  /// Opens with the settings that every connection of ours has. Errors: as SqliteError::to_error.
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode);

 protected:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  /// Throws SqliteError. `vfs` null: the default one.
  static sqlite3* open_handle(const std::string& path, Mode mode, const char* vfs = nullptr);

 private:
  Statement take(std::string_view sql, bool borrows);
  sqlite3_stmt* compile(std::string_view sql);
  void evict();

  static constexpr std::size_t kCacheLimit = 512;

  sqlite3* handle_;
  std::uint64_t takings_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<CachedStatement>> cache_;  ///< Keys view the value's `sql`.
  /// A literal has one address: found by that and confirmed by its text, without hashing it.
  struct ByAddress {
    const char* address = nullptr;
    CachedStatement* statement = nullptr;
  };
  std::vector<ByAddress> recent_ = std::vector<ByAddress>(1024);
};

/// An event with its place in the log.
struct LoggedEvent {
  std::int64_t position = 0;
  CloudEvent event;
};

/// What a write closure gets: the connection inside the batch's transaction, within the closure's own SAVEPOINT.
class Writer : public Connection {
 public:
  static std::unique_ptr<Writer> open(const std::string& path, Mode mode);  ///< Throws SqliteError.

  /// What closures of this batch left for the commit's listeners. A closure that is rolled back leaves nothing.
  struct Effects {
    std::vector<std::shared_ptr<const LoggedEvent>> events;
    Instant earliest_timer = Instant::max();  ///< Of those that were set or moved; max() if none was.
  };
  Effects& effects() { return effects_; }

 private:
  using Connection::Connection;
  Effects effects_;
};

/// What a read closure gets: a connection that cannot write, inside one read transaction.
class Reader : public Connection {
 public:
  static std::unique_ptr<Reader> open(const std::string& path);  ///< Throws SqliteError.

 private:
  using Connection::Connection;
};

}  // namespace daybook::storage::sqlite
