#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/postgres/session.hpp"

namespace daybook::storage::postgres {

/// A connection beside the pool that hears what others tell by NOTIFY on one channel; made anew when it breaks. What is
/// told while there is none is lost, so it only shortens the waits of those who look for themselves too. Used on the
/// one thread of its executor.
class Listener {
 public:
  /// Gets the payloads that have come; none of them right after the connection was made (again): look for yourself.
  using Heard = std::function<void(std::vector<std::string>)>;

  Listener(boost::asio::any_io_executor executor, SessionOptions options, std::string channel, Heard heard);
  ~Listener();

  void start();
  /// Afterwards nothing is heard.
  boost::asio::awaitable<void> stop();
  bool listening() const { return session_ && session_->alive(); }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<bool> connect();

  boost::asio::any_io_executor executor_;
  SessionOptions options_;
  std::string channel_;
  std::shared_ptr<Heard> heard_;  ///< Null inside once nobody is to hear any more.
  std::shared_ptr<Session> session_;
  boost::asio::steady_timer timer_;
  bool running_ = false, stopping_ = false;
};

}  // namespace daybook::storage::postgres
