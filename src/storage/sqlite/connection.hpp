#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

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
  Error to_error() const;  ///< FULL, IOERR, READONLY, BUSY: unavailable; CORRUPT, NOTADB: corrupt; others: internal.

 private:
  int code_;
  std::string message_;
};

/// A prepared statement borrowed from its connection's cache; given back, reset and unbound, on destruction.
/// Parameters bind from 1 in the order given to `Connection::query`; columns count from 0.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, std::nullptr_t);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, bool value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);  ///< As TEXT; copied.
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view{text}); }
  Statement& bind(int index, const char* text) { return bind(index, std::string_view{text}); }
  Statement& bind_blob(int index, std::string_view bytes);
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

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  ///< Valid until the next step.
  std::string_view blob(int column) const;
  Uuid uuid(int column) const;
  Instant instant(int column) const { return from_micros(integer(column)); }

 private:
  friend class Connection;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_;
};

/// One SQLite connection with a statement cache. Used by one thread at a time.
class Connection {
 public:
  Connection(const Connection&) = delete;
  ~Connection();

  /// Takes the statement from the cache (keyed by its text, so pass literals) and binds `args` from 1.
  template <class... Args>
  Statement query(std::string_view sql, const Args&... args) {
    Statement statement = prepare(sql);
    int index = 0;
    (statement.bind(++index, args), ...);
    return statement;
  }
  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    query(sql, args...).run();
  }
  Statement prepare(std::string_view sql);
  void exec(const std::string& sql);  ///< Several statements, uncached: migrations and pragmas.
  std::int64_t last_insert_rowid() const;
  int changes() const;
  sqlite3* handle() const { return handle_; }

  static Result<std::unique_ptr<Connection>> open(const std::string& path, bool read_only);

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::unordered_map<std::string, sqlite3_stmt*> cache_;
};

/// What a write closure gets: the connection inside the batch's transaction, within the closure's own SAVEPOINT.
class Writer : public Connection {};
/// What a read closure gets: a connection that cannot write, inside one read transaction.
class Reader : public Connection {};

}  // namespace daybook::storage::sqlite
