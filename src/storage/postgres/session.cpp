#include "storage/postgres/session.hpp"

#include <libpq-fe.h>

#include <bit>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <unordered_map>

#include "storage/postgres/dialect.hpp"
#include "storage/postgres/error.hpp"
#include "storage/postgres/fiber.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using Steady = std::chrono::steady_clock;

/// The OIDs of pg_type.dat, which never change.
enum TypeOid : Oid { kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kFloat4 = 700, kFloat8 = 701 };

/// Statements that a connection keeps prepared; what comes after is sent as it is each time.
constexpr std::size_t kMostPrepared = 1000;

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, FreeResult>;

std::string trimmed(const char* text) {
  std::string out = text ? text : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  for (auto& c : out)
    if (c == '\n') c = ' ';
  return out;
}

PgError error_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // Not the detail, which quotes values.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state ? state : "", trimmed(message ? message : PQresultErrorMessage(result))};
}

template <class T>
T read_big_endian(const char* bytes) {
  T out = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) out = static_cast<T>(out << 8 | static_cast<unsigned char>(bytes[i]));
  return out;
}

class PgSession;

/// A statement that the server knows by name, or will when it is first sent.
struct Prepared {
  std::string text;  ///< As the service wrote it.
  std::string sql;   ///< As the server gets it.
  std::string name;
  enum class State { unknown, sent, ready } state = State::unknown;
  std::vector<std::unique_ptr<class PgCursor>> idle;
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
  PgSession(asio::any_io_executor executor, PGconn* connection, std::chrono::milliseconds timeout)
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
  Descriptor socket_;
  asio::steady_timer timer_;
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

void PgCursor::start() {
  if (!place_) place_ = session_.execute(*this, PgSession::Kind::query);
}

bool PgCursor::step() {
  start();
  if (!result_) {
    session_.await(*place_);
    if (!result_) throw PgError("XX000", "an answer without a result");
  }
  return ++row_ < PQntuples(result_.get());
}

void PgCursor::run() {
  // Rows that nobody asks for come with the answer anyway.
  if (!place_) session_.last_run_ = *(place_ = session_.execute(*this, PgSession::Kind::run));
}

void PgCursor::reset() {
  if (place_ && !result_)
    for (auto& slot : session_.slots_)
      if (slot.cursor == this) slot.cursor = nullptr;
  place_.reset();
  result_.reset();
  row_ = -1;
}

void PgCursor::release() {
  reset();
  for (auto& p : parameters_) p = {};
  prepared_.idle.emplace_back(this);
}

std::int64_t PgCursor::integer(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kInt8:
      return read_big_endian<std::int64_t>(bytes);
    case kInt4:
    case kOid:
      return read_big_endian<std::int32_t>(bytes);
    case kInt2:
      return read_big_endian<std::int16_t>(bytes);
    case kBool:
      return *bytes != 0;
    default:
      throw PgError("42804", "column " + std::to_string(column) + " is no integer");
  }
}

double PgCursor::real(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kFloat8:
      return std::bit_cast<double>(read_big_endian<std::uint64_t>(bytes));
    case kFloat4:
      return static_cast<double>(std::bit_cast<float>(read_big_endian<std::uint32_t>(bytes)));
    default:
      return static_cast<double>(integer(column));
  }
}

PgCursor* PgSession::cursor_of(std::string_view statement, std::string_view service) {
  auto caches = caches_.find(service);
  if (caches == caches_.end()) caches = caches_.emplace(std::string(service), Cache{}).first;
  auto& cache = caches->second;
  auto found = cache.find(statement);
  if (found == cache.end()) {
    auto made = std::make_unique<Prepared>();
    made->text = statement;
    made->sql = service.empty() ? std::string(statement) : translate(statement, service);
    if (names_ < kMostPrepared) made->name = "d" + std::to_string(++names_);
    const std::string_view key = made->text;
    found = cache.emplace(key, std::move(made)).first;
  }
  auto& prepared = *found->second;
  if (prepared.idle.empty()) return new PgCursor(*this, prepared);
  auto* cursor = prepared.idle.back().release();
  prepared.idle.pop_back();
  return cursor;
}

sql::Cursor* PgSession::take(std::string_view statement, std::string_view service) {
  return cursor_of(statement, service);
}

std::uint64_t PgSession::execute(PgCursor& cursor, Kind kind) {
  if (failure_) throw *failure_;
  auto& prepared = cursor.prepared_;
  const bool unnamed = prepared.name.empty();
  if (unnamed || prepared.state == Prepared::State::unknown) {
    if (!PQsendPrepare(connection_, prepared.name.c_str(), prepared.sql.c_str(), 0, nullptr))
      lost(trimmed(PQerrorMessage(connection_)));
    prepared.state = Prepared::State::sent;
    push(Kind::prepare, nullptr, &prepared);
  }
  const auto n = cursor.parameters_.size();
  std::vector<const char*> values(n);
  std::vector<int> lengths(n), formats(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto& p = cursor.parameters_[i];
    values[i] = p.kind == PgCursor::Kind::null ? nullptr : p.bytes.c_str();
    lengths[i] = static_cast<int>(p.bytes.size());
    formats[i] = p.kind == PgCursor::Kind::binary;
  }
  if (!PQsendQueryPrepared(connection_, prepared.name.c_str(), static_cast<int>(n), values.data(), lengths.data(),
                           formats.data(), 1))
    lost(trimmed(PQerrorMessage(connection_)));
  push(kind, &cursor, nullptr);
  return sent_;
}

void PgSession::await(std::uint64_t place) {
  while (answered_ < place) take_answer();
  if (failure_) throw *failure_;
}

void PgSession::sync() {
  if (!PQpipelineSync(connection_)) lost(trimmed(PQerrorMessage(connection_)));
  push(Kind::sync, nullptr, nullptr);
  while (answered_ < sent_) take_answer();
  if (failure_) {
    PgError failure = *failure_;
    failure_.reset();
    throw failure;
  }
}

/// Reads what the server says to the oldest slot.
void PgSession::take_answer() {
  auto result = next_result();
  const Slot slot = slots_.front();
  if (!result) lost("the server ended an answer too early");
  const auto status = PQresultStatus(result.get());
  if (slot.kind != Kind::sync) {
    // The end of this command's answers.
    if (auto more = next_result()) lost("the server gave more answers than questions");
  }
  slots_.pop_front();
  ++answered_;
  const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
                    status == PGRES_PIPELINE_SYNC;
  if (!good && status != PGRES_PIPELINE_ABORTED && !failure_) failure_ = error_of(result.get());
  if (slot.prepared) slot.prepared->state = good ? Prepared::State::ready : Prepared::State::unknown;
  if (slot.kind == Kind::run && good) last_changes_ = std::atoi(PQcmdTuples(result.get()));
  if (slot.cursor && good) slot.cursor->result_ = std::move(result);
}

ResultPtr PgSession::next_result() {
  while (PQisBusy(connection_)) {
    if (!flush_requested_) {
      if (!PQsendFlushRequest(connection_)) lost(trimmed(PQerrorMessage(connection_)));
      flush_requested_ = true;
    }
    flush();
    park();
    if (!PQconsumeInput(connection_)) lost(trimmed(PQerrorMessage(connection_)));
    take_notifications();
  }
  return ResultPtr(PQgetResult(connection_));
}

void PgSession::flush() {
  const int left = PQflush(connection_);
  if (left < 0) lost(trimmed(PQerrorMessage(connection_)));
  wants_write_ = left > 0;
}

void PgSession::lost(std::string why) {
  closed_ = true;
  // What is still on its way will never come.
  for (auto& slot : slots_)
    if (slot.prepared) slot.prepared->state = Prepared::State::unknown;
  slots_.clear();
  answered_ = sent_;
  failure_ = PgError("", why.empty() ? "the connection is gone" : std::move(why));
  throw *failure_;
}

/// Leaves the fiber until the socket is ready.
void PgSession::park() {
  if (closed_) lost("the connection was closed");
  watch();
  parked_ = true;
  timed_out_ = false;
  timer_.expires_after(timeout_ + std::chrono::seconds{2});
  timer_.async_wait([self = shared_from_this(), this, mine = ++parking_](auto failure) {
    if (failure || !parked_ || mine != parking_) return;
    timed_out_ = true;
    woken();
  });
  fiber_.leave();
  if (closed_) lost("the connection was closed");
  if (timed_out_) lost("the server did not answer in time");
  if (wants_write_) flush();
}

void PgSession::watch() {
  if (closed_) return;
  if (!std::exchange(reading_, true))
    socket_.async_wait(Descriptor::wait_read, [self = shared_from_this(), this](auto failure) {
      reading_ = false;
      if (failure && failure != asio::error::operation_aborted) closed_ = true;
      woken();
    });
  if (wants_write_ && !std::exchange(writing_, true))
    socket_.async_wait(Descriptor::wait_write, [self = shared_from_this(), this](auto) {
      writing_ = false;
      woken();
    });
}

void PgSession::woken() {
  if (std::exchange(parked_, false)) {
    timer_.cancel();
    fiber_.resume();
    after_switch();
  } else if (!fiber_.running() && !closed_) {
    // Something came although nothing was asked for: a notification, or the server's farewell.
    if (!PQconsumeInput(connection_)) {
      closed_ = true;
    } else {
      take_notifications();
      if (PQstatus(connection_) != CONNECTION_OK) closed_ = true;
    }
    if (on_notification_) {
      watch();
      on_notification_();
    }
  }
}

void PgSession::after_switch() {
  if (fiber_.running()) return;
  // An idle connection keeps no loop from ending.
  if (reading_ && !on_notification_) {
    boost::system::error_code failure;
    socket_.cancel(failure);
  }
  if (done_) std::exchange(done_, nullptr)();
}

void PgSession::take_notifications() {
  while (PGnotify* notification = PQnotifies(connection_)) {
    notifications_.emplace_back(notification->extra);
    PQfreemem(notification);
  }
}

/// Waits for the socket of a connection that is being made.
asio::awaitable<bool> wait_for(asio::any_io_executor executor, int socket, bool write, Steady::time_point deadline) {
  auto descriptor = std::make_shared<Descriptor>(executor, ::dup(socket));
  asio::steady_timer timer(executor, deadline);
  timer.async_wait([descriptor](auto failure) {
    boost::system::error_code ignored;
    if (!failure) descriptor->cancel(ignored);
  });
  const auto kind = write ? Descriptor::wait_write : Descriptor::wait_read;
  const auto [failure] = co_await descriptor->async_wait(kind, asio::as_tuple(asio::use_awaitable));
  timer.cancel();
  co_return !failure;
}

}  // namespace

asio::awaitable<Result<std::shared_ptr<Session>>> Session::connect(asio::any_io_executor executor,
                                                                   SessionOptions options) {
  const auto deadline = Steady::now() + options.connect_timeout;
  const std::string server_options =
      "-c statement_timeout=" + std::to_string(options.statement_timeout.count()) +
      " -c idle_in_transaction_session_timeout=" + std::to_string(options.statement_timeout.count()) +
      " -c lock_timeout=" + std::to_string(options.statement_timeout.count() / 2);
  const char* keywords[] = {"dbname", "options", "client_encoding", "fallback_application_name", nullptr};
  const char* values[] = {options.url.c_str(), server_options.c_str(), "UTF8", "daybook", nullptr};
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection(PQconnectStartParams(keywords, values, 1));
  if (!connection) co_return Error{Errc::unavailable, "out of memory"};
  auto polled = PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (polled == PGRES_POLLING_READING || polled == PGRES_POLLING_WRITING) {
    const bool ready =
        co_await wait_for(executor, PQsocket(connection.get()), polled == PGRES_POLLING_WRITING, deadline);
    if (!ready) co_return PgError("", "no answer within the connect timeout").to_error();
    polled = PQconnectPoll(connection.get());
  }
  if (polled == PGRES_POLLING_FAILED) {
    const std::string message = trimmed(PQerrorMessage(connection.get()));
    // libpq gives no SQLSTATE here.
    const bool refused = message.find("authentication failed") != std::string::npos ||
                         message.find("does not exist") != std::string::npos ||
                         message.find("no pg_hba.conf entry") != std::string::npos ||
                         message.find("certificate") != std::string::npos ||
                         message.find("invalid") != std::string::npos;
    co_return PgError(refused ? "28000" : "", message).to_error();
  }
  if (PQsetnonblocking(connection.get(), 1) != 0 || !PQenterPipelineMode(connection.get()))
    co_return PgError("", trimmed(PQerrorMessage(connection.get()))).to_error();
  co_return std::shared_ptr<Session>(
      std::make_shared<PgSession>(executor, connection.release(), options.statement_timeout));
}

}  // namespace daybook::storage::postgres
