#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

/// What a store's closures see of a database, whichever engine is behind: a connection within one transaction. The
/// statements of services are written once, in the SQL that SQLite and PostgreSQL share; schemas too, where ids are of
/// type UUID, other bytes BLOB, and all else INTEGER or TEXT (docs/decisions/020).
namespace daybook::storage::sql {

enum class Engine { sqlite, postgres };

/// Bytes that bind as such where a plain string_view would bind as text.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement as its engine has it. Parameters count from 1, columns from 0.
class Cursor {
 public:
  virtual void bind_null(int index) = 0;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  /// `lasts`: the bytes outlive the execution, so they need no copy.
  virtual void bind_text(int index, std::string_view text, bool lasts) = 0;
  virtual void bind_blob(int index, std::string_view bytes, bool lasts) = 0;

  /// Begins to execute ahead of the first step, where that saves a wait: several that were begun travel together.
  virtual void start() {}
  virtual bool step() = 0;
  /// Executes for the effect alone. An engine across a network sends it and looks at the outcome later.
  virtual void run() = 0;
  virtual void reset() = 0;

  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view blob(int column) const = 0;

  virtual void release() = 0;  ///< Reset, unbound, and given back to its connection.

 protected:
  ~Cursor() = default;
};

/// A cursor on loan from its connection; given back on destruction.
class Statement {
 public:
  Statement(Cursor* cursor, bool borrows) : cursor_(cursor), borrows_(borrows) {}
  Statement(Statement&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)), borrows_(other.borrows_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() {
    if (cursor_) cursor_->release();
  }

  Statement& bind(int index, std::nullptr_t) {
    cursor_->bind_null(index);
    return *this;
  }
  Statement& bind(int index, std::int64_t value) {
    cursor_->bind_integer(index, value);
    return *this;
  }
  template <std::integral T>
  Statement& bind(int index, T value) {
    return bind(index, static_cast<std::int64_t>(value));
  }
  Statement& bind(int index, double value) {
    cursor_->bind_real(index, value);
    return *this;
  }
  Statement& bind(int index, std::string_view text) {  ///< Copied.
    cursor_->bind_text(index, text, borrows_);
    return *this;
  }
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view{text}); }
  Statement& bind(int index, const char* text) { return bind(index, std::string_view{text}); }
  Statement& bind_blob(int index, std::string_view bytes) {
    cursor_->bind_blob(index, bytes, borrows_);
    return *this;
  }
  Statement& bind(int index, Blob blob) { return bind_blob(index, blob.bytes); }
  Statement& bind(int index, const Uuid& id) {  ///< As its 16 bytes.
    return bind_blob(index, {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
  template <class Tag>
  Statement& bind(int index, const Id<Tag>& id) {
    return bind(index, id.value);
  }
  Statement& bind(int index, Instant instant) { return bind(index, to_micros(instant)); }
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }

  void start() { cursor_->start(); }
  bool step() { return cursor_->step(); }  ///< True while there is a row.
  void run() { cursor_->run(); }           ///< To the end, whatever rows there are.
  /// Back to before the first row, so that it can be bound and run again.
  void reset() { cursor_->reset(); }

  bool is_null(int column) const { return cursor_->is_null(column); }
  std::int64_t integer(int column) const { return cursor_->integer(column); }
  double real(int column) const { return cursor_->real(column); }
  std::string_view text(int column) const { return cursor_->text(column); }  ///< Valid until the next step.
  std::string_view blob(int column) const { return cursor_->blob(column); }
  Uuid uuid(int column) const;  ///< Nil for NULL. Throws std::runtime_error for what is no id.
  Instant instant(int column) const { return from_micros(integer(column)); }

 private:
  Cursor* cursor_;
  bool borrows_;
};

/// One connection with a cache of statements, inside a transaction. Used by one closure at a time.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Takes the statement from the cache (keyed by its text, so pass literals) and binds `args` from 1.
  template <class... Args>
  Statement query(std::string_view sql, const Args&... args) {
    Statement statement(take(sql), false);
    int index = 0;
    (statement.bind(++index, args), ...);
    return statement;
  }
  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    // The arguments live until the end of this call, and the statement does not.
    Statement statement(take(sql), true);
    int index = 0;
    (statement.bind(++index, args), ...);
    statement.run();
  }
  Statement prepare(std::string_view sql) { return Statement(take(sql), false); }
  /// Rows that the last `run` touched.
  virtual int changes() = 0;
  virtual Engine engine() const = 0;

 protected:
  virtual Cursor* take(std::string_view sql) = 0;
};

/// What a read closure gets: within one transaction that sees one state, and writes nothing.
using Reader = Connection;

/// An event with its place in the log.
struct LoggedEvent {
  std::int64_t position = 0;
  CloudEvent event;
};

/// What a write closure gets. SQLite has one writer; elsewhere closures run side by side, and those that read what they
/// then write begin with lock().
class Writer : public Connection {
 public:
  /// Fills in `sequence` (next of source and user), `id` (a fresh UUIDv7) and `correlation_id` (the event's own id:
  /// nothing caused it but time) where unset, and appends to the outbox.
  virtual CloudEvent append_event(CloudEvent event) = 0;
  /// Until the end of the transaction nobody else who locks this user of this service goes on. Several are locked in
  /// the order of their ids.
  virtual void lock(const UserId& user) = 0;

  /// What closures left for the commit's listeners. A closure that is rolled back leaves nothing.
  struct Effects {
    std::vector<std::shared_ptr<const LoggedEvent>> events;
    Instant earliest_timer = Instant::max();  ///< Of those that were set or moved; max() if none was.
  };
  Effects& effects() { return effects_; }

 private:
  Effects effects_;
};

inline CloudEvent append_event(Writer& db, CloudEvent event) { return db.append_event(std::move(event)); }
/// Records `(consumer, event)`; false if it was there already, and then the effect must not be repeated.
bool record_inbox(Writer& db, std::string_view consumer, const EventId& event);

}  // namespace daybook::storage::sql
