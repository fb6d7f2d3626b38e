#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "core/time.hpp"
#include "runtime/dapr/sidecar.hpp"

namespace daybook::runtime::dapr {

/// Dapr's scheduler: a job comes back as POST /job/<name> to one process of this app. Used for wake-ups only: the
/// `timer` table is the truth (design, rule 8), so that losing every job costs one sweep.
class Jobs {
 public:
  explicit Jobs(Sidecar& sidecar) : sidecar_(sidecar) {}

  /// Once, at `due` (at once if that has passed). A job of this name that is there already is replaced.
  /// Errors: unavailable, timeout (the scheduler is down: asked for 2 s, not the 30 that daprd would wait).
  boost::asio::awaitable<Result<>> once(std::string name, Instant due);
  /// `cron` has six fields, seconds first, and may begin with "CRON_TZ=<zone> ". Replaces, as once().
  boost::asio::awaitable<Result<>> repeat(std::string name, std::string cron);
  /// Nothing if there is no such job.
  boost::asio::awaitable<Result<>> cancel(std::string name);

 private:
  boost::asio::awaitable<Result<>> schedule(std::string name, std::string field, std::string value);

  Sidecar& sidecar_;
};

/// One job for each (service, shard, minute) that has due timers.
class WakeUps {
 public:
  using OnWake = std::function<void(const std::string& service, int shard)>;

  explicit WakeUps(Jobs& jobs) : jobs_(jobs) {}
  /// Called on a wake-up; before serving.
  void on_wake(OnWake on_wake) { on_wake_ = std::move(on_wake); }

  /// Makes sure that somebody is woken when the minute of `due` begins, or at `due` itself within the current minute.
  /// Minutes that were asked for already cost nothing. Errors: as Jobs; asking is then left to the sweep.
  boost::asio::awaitable<Result<>> ask(std::string service, int shard, Instant due, Instant now);
  /// Answers POST /job/<name>: true if the name was one of ours.
  bool arrived(std::string_view name);

  static constexpr std::string_view kRoute = "/job/";

 private:
  Jobs& jobs_;
  OnWake on_wake_;
  std::set<std::string> asked_;
};

}  // namespace daybook::runtime::dapr
