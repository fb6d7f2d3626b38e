#pragma once

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/postgres/fiber.hpp"
#include "storage/postgres/libpq.hpp"
#include "storage/postgres/session.hpp"

namespace daybook::storage::postgres {

class PgSession;
class PgCursor;

/// A statement that the server knows by name, or will when it is first sent.
struct Prepared {
  std::string text;  ///< As the service wrote it.
  std::string sql;   ///< As the server gets it.
  std::string name;
  enum class State { unknown, sent, ready } state = State::unknown;
  std::vector<std::unique_ptr<PgCursor>> idle;
};

class PgCursor final : public sql::Cursor {
 public:
  PgCursor(PgSession& session, Prepared& prepared) : session_(session), prepared_(prepared) {}

  void bind_null(int index) override { parameter(index) = {{}, Kind::null}; }
  void bind_integer(int index, std::int64_t value) override { parameter(index) = {std::to_string(value), Kind::text}; }
  void bind_real(int index, double value) override {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    parameter(index) = {text, Kind::text};
  }
  void bind_text(int index, std::string_view text, bool) override {
    auto& p = parameter(index);
    p.bytes.assign(text);
    p.kind = Kind::text;
  }
  void bind_blob(int index, std::string_view bytes, bool) override {
    auto& p = parameter(index);
    p.bytes.assign(bytes);
    p.kind = Kind::binary;
  }

  void start() override;
  bool step() override;
  void run() override;
  void reset() override;
  void release() override;

  bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column); }
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override { return blob(column); }
  std::string_view blob(int column) const override {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }

 private:
  friend class PgSession;
  enum class Kind { null, text, binary };
  struct Parameter {
    std::string bytes;
    Kind kind = Kind::null;
  };
  Parameter& parameter(int index) {
    if (parameters_.size() < static_cast<std::size_t>(index)) parameters_.resize(static_cast<std::size_t>(index));
    return parameters_[static_cast<std::size_t>(index) - 1];
  }

  PgSession& session_;
  Prepared& prepared_;
  std::vector<Parameter> parameters_;
  std::optional<std::uint64_t> place_;  ///< In the order of what the session sent.
  ResultPtr result_;
  int row_ = -1;
};

class PgSession final : public Session {
 public:
  PgSession(boost::asio::any_io_executor executor, PGconn* connection, std::chrono::milliseconds timeout)
      : connection_(connection), socket_(executor, ::dup(PQsocket(connection))), timer_(executor), timeout_(timeout) {}
  ~PgSession() override {
    closed_ = true;
    // The loop is gone in the middle of a transaction: what runs on the fiber hears that the connection is lost.
    while (fiber_.running()) fiber_.resume();
    caches_.clear();
    PQfinish(connection_);
  }

  void run(std::function<void()> body, std::function<void()> done) override {
    done_ = std::move(done);
    fiber_.run(std::move(body));
    after_switch();
  }
  bool alive() override {
    // A server that went away said so, or closed the socket: both are read before anything is sent.
    if (!closed_ && !fiber_.running()) closed_ = !PQconsumeInput(connection_) || !PQconsumeInput(connection_);
    return !closed_ && PQstatus(connection_) == CONNECTION_OK;
  }
  void close() override {
    closed_ = true;
    boost::system::error_code failure;
    socket_.cancel(failure);
    timer_.cancel();
  }

  sql::Cursor* take(std::string_view statement, std::string_view service) override;
  void send(std::string_view statement) override { cursor_of(statement, {})->run(); }
  void sync() override;
  int changes() override {
    await(last_run_);
    return last_changes_;
  }

  std::vector<std::string> notifications() override { return std::exchange(notifications_, {}); }
  void on_notification(std::function<void()> wanted) override {
    on_notification_ = std::move(wanted);
    watch();
  }

 private:
  friend class PgCursor;
  enum class Kind { prepare, run, query, sync };
  /// Something that was sent and whose answer is still to come. Answers come in order.
  struct Slot {
    Kind kind;
    PgCursor* cursor;  ///< Gone when its statement was given back before.
    Prepared* prepared;
  };

  PgCursor* cursor_of(std::string_view statement, std::string_view service);
  std::uint64_t execute(PgCursor& cursor, Kind kind);
  void push(Kind kind, PgCursor* cursor, Prepared* prepared) {
    slots_.push_back({kind, cursor, prepared});
    ++sent_;
    flush_requested_ = kind == Kind::sync;
  }
  /// Until the answer at `place` is there; throws what failed up to it.
  void await(std::uint64_t place);
  void take_answer();
  ResultPtr next_result();
  void flush();
  void park();
  void watch();
  void woken();
  void after_switch();
  void take_notifications();
  [[noreturn]] void lost(std::string why);

  PGconn* connection_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds timeout_;
  Fiber fiber_;
  std::function<void()> done_, on_notification_;
  bool parked_ = false, reading_ = false, writing_ = false, wants_write_ = false, closed_ = false, timed_out_ = false;
  std::uint64_t parking_ = 0;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Cache = std::unordered_map<std::string_view, std::unique_ptr<Prepared>>;
  std::unordered_map<std::string, Cache, TextHash, std::equal_to<>> caches_;  ///< By service.
  std::uint64_t names_ = 0;

  std::deque<Slot> slots_;
  std::uint64_t sent_ = 0, answered_ = 0;  ///< Counted over all slots ever.
  bool flush_requested_ = true;
  std::optional<PgError> failure_;
  std::uint64_t last_run_ = 0;
  int last_changes_ = 0;
  std::vector<std::string> notifications_;
};

}  // namespace daybook::storage::postgres
