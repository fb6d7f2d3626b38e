#include "storage/postgres/fiber.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cassert>
#include <utility>

// The sanitizers follow switches of stacks only where they are told of them.
#if defined(__SANITIZE_ADDRESS__)
#define DAYBOOK_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DAYBOOK_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define DAYBOOK_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DAYBOOK_TSAN 1
#endif
#endif
#ifdef DAYBOOK_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef DAYBOOK_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace daybook::storage::postgres {
namespace {

namespace ctx = boost::context;

/// Room for parsing documents of the greatest depth that is allowed; pages that are never touched cost nothing.
constexpr std::size_t kStackBytes = 512 * 1024;

}  // namespace

struct Fiber::State {
  ctx::fiber inside;   ///< Where the fiber stopped; empty while it runs.
  ctx::fiber outside;  ///< Where its caller stopped; empty while that runs.
  std::function<void()> body;
  bool running = false;
  bool ending = false;
#ifdef DAYBOOK_ASAN
  void* inside_fake = nullptr;
  void* outside_fake = nullptr;
  const void* inside_stack = nullptr;
  const void* outside_stack = nullptr;
  std::size_t outside_size = 0;
#endif
#ifdef DAYBOOK_TSAN
  void* inside_tsan = nullptr;
  void* outside_tsan = nullptr;
#endif

  void enter() {
#ifdef DAYBOOK_ASAN
    __sanitizer_start_switch_fiber(&outside_fake, inside_stack, kStackBytes);
#endif
#ifdef DAYBOOK_TSAN
    outside_tsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(inside_tsan, 0);
#endif
    auto stopped = std::move(inside).resume();
    inside = std::move(stopped);
#ifdef DAYBOOK_ASAN
    __sanitizer_finish_switch_fiber(outside_fake, nullptr, nullptr);
#endif
  }

  void arrived() {
#ifdef DAYBOOK_ASAN
    __sanitizer_finish_switch_fiber(inside_fake, &outside_stack, &outside_size);
#endif
  }

  void exit() {
#ifdef DAYBOOK_ASAN
    __sanitizer_start_switch_fiber(ending ? nullptr : &inside_fake, outside_stack, outside_size);
#endif
#ifdef DAYBOOK_TSAN
    __tsan_switch_to_fiber(outside_tsan, 0);
#endif
  }

  ctx::fiber main(ctx::fiber caller) {
    arrived();
    outside = std::move(caller);
    while (!ending) {
      if (body) std::exchange(body, nullptr)();
      running = false;
      exit();
      outside = std::move(outside).resume();
      arrived();
    }
    exit();
    return std::move(outside);
  }
};

Fiber::Fiber() : state_(std::make_unique<State>()) {
  auto* state = state_.get();
  ctx::protected_fixedsize_stack allocator(kStackBytes);
  ctx::stack_context stack = allocator.allocate();
#ifdef DAYBOOK_ASAN
  // Stacks grow down from `sp`, over the guard page at their end. What another one at the same place left poisoned is
  // none of this one's; and what only a stopped fiber points to is not lost.
  state->inside_stack = static_cast<const char*>(stack.sp) - kStackBytes;
  __asan_unpoison_memory_region(state->inside_stack, kStackBytes);
  __lsan_register_root_region(state->inside_stack, kStackBytes);
#endif
#ifdef DAYBOOK_TSAN
  state->inside_tsan = __tsan_create_fiber(0);
#endif
  state->inside = ctx::fiber(std::allocator_arg, ctx::preallocated(stack.sp, stack.size, stack), allocator,
                             [state](ctx::fiber&& caller) { return state->main(std::move(caller)); });
}

Fiber::~Fiber() {
  assert(!state_->running);
  state_->ending = true;
#ifdef DAYBOOK_ASAN
  __lsan_unregister_root_region(state_->inside_stack, kStackBytes);
#endif
  state_->enter();
#ifdef DAYBOOK_TSAN
  __tsan_destroy_fiber(state_->inside_tsan);
#endif
}

void Fiber::run(std::function<void()> body) {
  assert(!state_->running);
  state_->body = std::move(body);
  state_->running = true;
  state_->enter();
}

void Fiber::leave() {
  auto& state = *state_;
  state.exit();
  state.outside = std::move(state.outside).resume();
  state.arrived();
}

void Fiber::resume() { state_->enter(); }

bool Fiber::running() const { return state_->running; }

}  // namespace daybook::storage::postgres
