#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>

#include "runtime/invoker.hpp"
#include "runtime/signal.hpp"

namespace daybook::runtime::embedded {

/// Calls services of the same process: no socket, no copy of the body. A call that misses its deadline is given up, not
/// cut off: the service finishes what it began, and its reply is dropped. Deadlines are kept to 20 ms. Used on the one
/// thread that `executor` runs on.
class Invoker final : public runtime::Invoker {
 public:
  /// What dispatches to a service's routes.
  using Service = std::function<boost::asio::awaitable<Reply>(Call)>;

  explicit Invoker(boost::asio::any_io_executor executor);
  ~Invoker() override;

  /// Before the first call to it.
  void add(std::string app_id, Service service);

  boost::asio::awaitable<Result<Reply>> invoke(std::string app_id, Call call,
                                               std::chrono::milliseconds deadline) override;

  /// Refuses new calls and waits for those in flight.
  boost::asio::awaitable<void> stop();

 private:
  struct Flight;
  using Flights = std::list<std::shared_ptr<Flight>>;

  boost::asio::awaitable<void> fly(std::shared_ptr<Flight> flight, const Service& service, Call call);
  void land(Flight& flight);
  void watch_deadlines();

  boost::asio::any_io_executor executor_;
  std::map<std::string, Service, std::less<>> services_;
  Flights flights_;
  boost::asio::steady_timer tick_;
  bool ticking_ = false, stopping_ = false;
  Signal empty_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Gone with the invoker.
};

}  // namespace daybook::runtime::embedded
