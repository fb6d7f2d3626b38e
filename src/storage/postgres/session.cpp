#include "storage/postgres/session.hpp"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "storage/postgres/pg_session.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using Steady = std::chrono::steady_clock;

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
  ConnectionPtr connection(PQconnectStartParams(keywords, values, 1));
  if (!connection) co_return Error{Errc::unavailable, "out of memory"};
  auto polled = PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (polled == PGRES_POLLING_READING || polled == PGRES_POLLING_WRITING) {
    const bool ready =
        co_await wait_for(executor, PQsocket(connection.get()), polled == PGRES_POLLING_WRITING, deadline);
    if (!ready) co_return PgError("", "no answer within the connect timeout").to_error();
    polled = PQconnectPoll(connection.get());
  }
  if (polled == PGRES_POLLING_FAILED) co_return connect_error(connection.get());
  if (PQsetnonblocking(connection.get(), 1) != 0 || !PQenterPipelineMode(connection.get()))
    co_return PgError("", trimmed(PQerrorMessage(connection.get()))).to_error();
  co_return std::shared_ptr<Session>(
      std::make_shared<PgSession>(executor, connection.release(), options.statement_timeout));
}

}  // namespace daybook::storage::postgres
