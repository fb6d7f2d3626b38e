#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>

#include "app/config/config.hpp"
#include "app/system/system.hpp"
#include "core/json.hpp"

namespace daybook::app {

/// What an operator may ask of the data, whether a server runs on it (through the admin socket) or not. A request is
/// {"command":"events.lag", …}; each answer is a list of lines of JSON.
class AdminCommands {
 public:
  /// Takes one line of the answer; false when nobody listens any more.
  using Emit = std::function<bool(json::object)>;

  AdminCommands(System& system, const LoadedConfig& config, const WallClock& clock)
      : system_(system), config_(config), clock_(clock) {}

  /// Errors: invalid_argument (unknown command or wrong arguments), and what the command itself runs into.
  boost::asio::awaitable<Result<>> run(json::value request, Emit emit);

 private:
  boost::asio::awaitable<Result<>> events_lag(Emit emit);
  boost::asio::awaitable<Result<>> events_tail(std::int64_t after, int limit, Emit emit);
  boost::asio::awaitable<Result<>> events_replay(std::string group, std::int64_t after, Emit emit);
  boost::asio::awaitable<Result<>> events_rebuild(std::string consumer, Emit emit);
  boost::asio::awaitable<Result<>> dead_letters(std::string group, int limit, Emit emit);
  boost::asio::awaitable<Result<>> replay_dead_letter(std::string group, std::int64_t id, Emit emit);
  boost::asio::awaitable<Result<>> user_add(std::string email, std::string password, std::string timezone, Emit emit);
  boost::asio::awaitable<Result<>> user_seed(int users, int tasks, Emit emit);
  boost::asio::awaitable<Result<>> backup(std::string folder, Emit emit);
  boost::asio::awaitable<Result<>> doctor(Emit emit);

  System& system_;
  const LoadedConfig& config_;
  const WallClock& clock_;
  boost::asio::thread_pool slow_{1};  ///< Copies files, so that requests go on meanwhile.
};

}  // namespace daybook::app
