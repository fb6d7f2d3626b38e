#include "storage/postgres/pg_session.hpp"

#include <boost/asio/error.hpp>
#include <cstdlib>

#include "storage/postgres/dialect.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

/// Statements that a connection keeps prepared; what comes after is sent as it is each time.
constexpr std::size_t kMostPrepared = 1000;

}  // namespace

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

}  // namespace daybook::storage::postgres
