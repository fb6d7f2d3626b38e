#include "storage/postgres/listener.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>

#include "storage/postgres/error.hpp"

namespace daybook::storage::postgres {
namespace {

namespace asio = boost::asio;

/// How often a connection that says nothing is asked whether it still lives.
constexpr std::chrono::milliseconds kLook{500};

}  // namespace

Listener::Listener(asio::any_io_executor executor, SessionOptions options, std::string channel, Heard heard)
    : executor_(executor),
      options_(std::move(options)),
      channel_(std::move(channel)),
      heard_(std::make_shared<Heard>(std::move(heard))),
      timer_(executor) {}

Listener::~Listener() {
  assert(!running_ && "stop() comes first");
  *heard_ = nullptr;
  if (session_) session_->close();
}

void Listener::start() {
  stopping_ = false;
  running_ = true;
  asio::co_spawn(executor_, run(), [this](std::exception_ptr) { running_ = false; });
}

asio::awaitable<void> Listener::stop() {
  stopping_ = true;
  *heard_ = nullptr;
  timer_.cancel();
  while (running_) {
    asio::steady_timer pause(executor_, std::chrono::milliseconds{2});
    ignore(co_await pause.async_wait(asio::as_tuple(asio::use_awaitable)), "nobody cancels it");
  }
  if (session_) session_->close();
  session_.reset();
}

asio::awaitable<void> Listener::run() {
  auto pause = kLook;
  while (!stopping_) {
    if (!listening()) {
      const bool connected = co_await connect();
      pause = connected ? kLook : std::min(pause * 2, std::chrono::milliseconds{5000});
      if (stopping_) break;
      if (connected && *heard_) (*heard_)({});
    }
    timer_.expires_after(pause);
    ignore(co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable)), "over or stopping");
  }
}

asio::awaitable<bool> Listener::connect() {
  auto options = options_;
  auto connected = co_await Session::connect(executor_, std::move(options));
  if (!connected || stopping_) co_return false;
  session_ = std::move(*connected);
  struct State {
    bool ended = false;
    asio::steady_timer done;
  };
  auto state = std::make_shared<State>(State{false, asio::steady_timer(executor_)});
  state->done.expires_at(asio::steady_timer::time_point::max());
  auto body = [session = session_, sql = "LISTEN " + channel_] {
    try {
      session->send(sql);
      session->sync();
    } catch (const PgError&) {
      session->close();
    }
  };
  session_->run(std::move(body), [state] {
    state->ended = true;
    state->done.cancel();
  });
  if (!state->ended) ignore(co_await state->done.async_wait(asio::as_tuple(asio::use_awaitable)), "it has ended");
  if (!listening()) co_return false;
  session_->on_notification([heard = heard_, weak = std::weak_ptr<Session>(session_)] {
    auto session = weak.lock();
    if (!session) return;
    auto payloads = session->notifications();
    if (!payloads.empty() && *heard) (*heard)(std::move(payloads));
  });
  co_return true;
}

}  // namespace daybook::storage::postgres
