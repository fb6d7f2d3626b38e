#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "storage/sql/database.hpp"

namespace daybook::storage::sql {

/// Keeps the awaiting coroutine, and its executor running, until the job is done.
template <class Handler>
class HandlerWaiter final : public Waiter {
 public:
  explicit HandlerWaiter(Handler handler)
      : executor_(boost::asio::get_associated_executor(handler)), work_(executor_), handler_(std::move(handler)) {}
  boost::asio::any_io_executor executor() const override { return executor_; }
  void resume() override {
    auto handler = std::move(handler_);
    work_.reset();
    std::move(handler)();
  }

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::executor_work_guard<boost::asio::any_io_executor> work_;
  Handler handler_;
};

}  // namespace daybook::storage::sql
