#include "http/channel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daybook::http {

bool Channel::send(std::shared_ptr<const std::string> message, std::string_view id) {
  if (closed_ || closing_) return false;
  auto framed = frame(std::move(message), id);
  if (queue_.size() >= kMaxQueue || (queued_bytes_ + framed->size() > kMaxQueueBytes && !queue_.empty())) {
    closing_ = true;
    // The front may be on its way; the rest would only make a slow reader slower.
    queue_.erase(queue_.begin() + (writing_ ? 1 : 0), queue_.end());
    queued_bytes_ = queue_.empty() ? 0 : queue_.front()->size();
    overflowed();
    return false;
  }
  queued_bytes_ += framed->size();
  queue_.push_back(std::move(framed));
  if (!writing_) {
    writing_ = true;
    start_write();
  }
  return true;
}

void Channel::write_done(bool ok) {
  if (ok && !queue_.empty()) {
    queued_bytes_ -= std::min(queued_bytes_, queue_.front()->size());
    queue_.pop_front();
  }
  if (waits_for_queue_ && !is_high()) wake_.cancel();
  writing_ = ok && !queue_.empty() && !closed_;
  if (writing_)
    start_write();
  else if (!ok)
    mark_closed();
}

boost::asio::awaitable<bool> Channel::drained() {
  const auto self = shared_from_this();
  while (is_high() && !closed_) {
    waits_for_queue_ = true;
    co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    waits_for_queue_ = false;
  }
  co_return !closed_ && !closing_;
}

boost::asio::awaitable<Result<std::string>> Channel::receive() {
  const auto self = shared_from_this();
  while (inbox_.empty() && !closed_) co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (inbox_.empty()) co_return Error{Errc::unavailable, "The client has gone."};
  std::string text = std::move(inbox_.front());
  inbox_.pop_front();
  inbox_has_room();
  co_return text;
}

boost::asio::awaitable<void> Channel::finished() {
  const auto self = shared_from_this();
  while (in_flight_ > 0) co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

void Channel::received(std::string text) {
  inbox_.push_back(std::move(text));
  wake_.cancel();
}

void Channel::mark_closed() {
  closed_ = true;
  wake_.cancel();
}

void Channel::operation_ended() {
  if (--in_flight_ == 0) wake_.cancel();
}

}  // namespace daybook::http
