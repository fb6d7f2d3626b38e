// daybook-test: the same program with a settable clock and fault points, for tests alone. It is never installed.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
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

/// DAYBOOK_FAULT=name:n ends the process as kill -9 does when the named point is passed the n-th time.
struct ArmedFault {
  char name[64] = {};
  std::atomic<int> left{0};
};
ArmedFault armed;

void on_fault_point(const char* name) {
  if (std::strcmp(name, armed.name) == 0 && armed.left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

void arm_from_environment() {
  const std::string wish = process_environment("DAYBOOK_FAULT").value_or("");
  const auto colon = wish.find(':');
  if (colon == std::string::npos || colon >= sizeof armed.name) return;
  wish.copy(armed.name, colon);
  armed.left = std::atoi(wish.c_str() + colon + 1);
  fault_hook = on_fault_point;
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
                           if (call.method != Method::post || call.path != "/test/clock") return std::nullopt;
                           return app::set_clock(clock, call);
                         }};
  return app::run_cli(argc, argv, build);
}
