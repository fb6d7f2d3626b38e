// daybook-test: the same program with a settable clock and fault points, for tests alone. It is never installed.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "app/cli/cli.hpp"
#include "core/fault_point.hpp"
#include "core/json.hpp"
#include "http/problem.hpp"

namespace daybook::app {
namespace {

/// The machine's clock, moved by as much as tests ask for; it goes on running.
class MovableClock final : public WallClock {
 public:
  Instant now() const override { return SystemClock().now() + std::chrono::microseconds(offset_.load()); }
  void on_jump(std::function<void()> listener) override {
    std::lock_guard lock(mutex_);
    listeners_.push_back(std::move(listener));
  }
  void set(Instant now) {
    offset_ = (now - SystemClock().now()).count();
    std::vector<std::function<void()>> listeners;
    {
      std::lock_guard lock(mutex_);
      listeners = listeners_;
    }
    for (const auto& listener : listeners) listener();
  }

 private:
  std::atomic<std::int64_t> offset_{0};
  std::mutex mutex_;
  std::vector<std::function<void()>> listeners_;
};

/// Ends the process as kill -9 does when the named point is passed the n-th time.
struct ArmedFault {
  std::string name;
  std::atomic<int> left{0};
};
std::atomic<ArmedFault*> armed{nullptr};

void on_fault_point(const char* name) {
  auto* fault = armed.load(std::memory_order_acquire);
  if (fault && fault->name == name && fault->left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

/// The one before is left where it is, since another thread may be looking at it.
void arm(std::string name, int nth) {
  auto* fault = new ArmedFault{std::move(name)};
  fault->left = nth;
  armed = fault;
  fault_hook = on_fault_point;
}

/// DAYBOOK_FAULT=name:n
void arm_from_environment() {
  const std::string wish = process_environment("DAYBOOK_FAULT").value_or("");
  const auto colon = wish.find(':');
  if (colon != std::string::npos) arm(wish.substr(0, colon), std::atoi(wish.c_str() + colon + 1));
}

/// `POST /test/fault` {"name": fault point, "nth": n}
Reply set_fault(const Call& call) {
  const auto body = parse_json(call.body);
  if (!body) return http::problem_reply(body.error());
  JsonReader in(*body, Unknown::strict);
  auto name = in.text("name", {.required = true});
  const auto nth = in.integer("nth", 1, 1'000'000);
  if (auto error = in.finish()) return http::problem_reply(*error);
  arm(std::move(*name), static_cast<int>(nth.value_or(1)));
  return Reply(204);
}

/// `POST /test/clock` {"now": instant} or {"advance": duration} gives {"now"}.
Reply set_clock(MovableClock& clock, const Call& call) {
  const auto body = parse_json(call.body);
  if (!body) return http::problem_reply(body.error());
  JsonReader in(*body, Unknown::strict);
  const auto now = in.instant("now");
  const auto advance = in.duration("advance");
  if (now.has_value() == advance.has_value()) in.fail("", "must have either now or advance");
  if (auto error = in.finish()) return http::problem_reply(*error);
  clock.set(now ? *now : clock.now() + *advance);
  return Reply(200, R"({"now":")" + format_rfc3339(clock.now()) + "\"}");
}

}  // namespace
}  // namespace daybook::app

int main(int argc, char** argv) {
  using namespace daybook;
  app::MovableClock clock;
  app::arm_from_environment();
  const app::Build build{clock, [&clock](const Call& call) -> std::optional<Reply> {
                           if (call.method != Method::post) return std::nullopt;
                           if (call.path == "/test/fault") return app::set_fault(call);
                           if (call.path == "/test/clock") return app::set_clock(clock, call);
                           return std::nullopt;
                         }};
  return app::run_cli(argc, argv, build);
}
