#pragma once

#include <functional>
#include <memory>

namespace daybook::storage::postgres {

/// A stack of its own on which synchronous code runs and may stop in the middle, until the event loop goes on with it.
/// Used by one thread. It is made once a connection, so that a transaction costs no stack.
class Fiber {
 public:
  Fiber();
  Fiber(const Fiber&) = delete;
  /// What is running on it unwinds no more: end it first.
  ~Fiber();

  /// Begins `body`, until it ends or leaves. Only when no other body runs. `body` must not throw.
  void run(std::function<void()> body);
  /// Called by the body: back to whoever called run() or resume(), until the next resume().
  void leave();
  void resume();
  bool running() const;  ///< Some body has begun and not ended.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace daybook::storage::postgres
