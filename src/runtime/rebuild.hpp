#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/rebuild.hpp"
#include "runtime/invoker.hpp"
#include "runtime/signal.hpp"

namespace daybook::runtime {

/// What is made of other services' events and can be made again (design, rule 15). It goes on consuming while it is
/// rebuilt: what it writes meanwhile, from snapshots and from events alike, is of the new generation, and the newer
/// version of a resource stands whichever came first. Errors of all: unavailable.
class Projection {
 public:
  template <class T = void>
  using Awaitable = boost::asio::awaitable<Result<T>>;

  virtual ~Projection() = default;
  virtual Awaitable<RebuildState> rebuild_state() = 0;
  /// From now on all is written in the next generation. One that is going on goes on.
  virtual Awaitable<RebuildState> begin_rebuild() = 0;
  /// Takes the snapshots over and notes, in the same transaction, that the rebuild has come to `then`.
  virtual Awaitable<> load(std::vector<CloudEvent> snapshots, RebuildState then, Instant now) = 0;
  /// Takes some users over to the new generation, each in one step; true while there are more. The last ends it.
  virtual Awaitable<bool> switch_over(Instant now) = 0;
};

/// What came of a rebuild.
struct Rebuilt {
  std::int64_t generation = 0;
  std::int64_t snapshots = 0;  ///< Loaded by this process.
};

/// Where an owner gives its snapshots, a page at a time: `GET <path>?limit=…&after=<cursor>`.
struct SnapshotSource {
  std::string app_id;
  std::string path;
};

/// Rebuilds one projection from its owners' snapshots. Whoever dies between two pages goes on after the last one. Used
/// on one thread.
class Rebuilder {
 public:
  /// Pause after the `round`-th failure in a row; tests give one that returns at once.
  using Pause = std::function<boost::asio::awaitable<void>(int round)>;

  Rebuilder(boost::asio::any_io_executor executor, std::string consumer, Projection& projection, Invoker& invoker,
            const WallClock& clock, std::vector<SnapshotSource> sources);
  Rebuilder(const Rebuilder&) = delete;
  ~Rebuilder();

  const std::string& consumer() const { return consumer_; }
  void set_pause(Pause pause) { pause_ = std::move(pause); }
  /// Snapshots of a page; for tests.
  void set_page(int limit) { page_ = limit; }

  /// Goes on with what an earlier process began, in the background.
  boost::asio::awaitable<Result<>> start();
  /// No page after this one: whoever waits for rebuild() hears that it goes on at the next start.
  void begin_stop();
  boost::asio::awaitable<void> stop();

  /// Begins, or joins what is going on, and comes back when it is over. An owner that is away is waited for. Errors:
  /// unavailable (stopped: it goes on at the next start); corrupt (a page that cannot be read).
  boost::asio::awaitable<Result<Rebuilt>> rebuild();

 private:
  void begin_loop();
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<Result<bool>> step();

  boost::asio::any_io_executor executor_;
  std::string consumer_;
  Projection& projection_;
  Invoker& invoker_;
  const WallClock& clock_;
  std::vector<SnapshotSource> sources_;
  Pause pause_;
  int page_ = 500;
  std::int64_t loaded_ = 0;
  Result<Rebuilt> outcome_ = Rebuilt{};
  bool running_ = false, stopping_ = false;
  Signal wake_;
  std::vector<std::shared_ptr<Signal>> waiting_;
};

}  // namespace daybook::runtime
