#include <boost/asio/post.hpp>
#include <mutex>

#include "services/gateway/stream_log.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;
using storage::sqlite::LoggedEvent;

/// The part of a logged event that the stream needs, kept alive together with it.
StreamEvent to_stream(const std::shared_ptr<const LoggedEvent>& logged) {
  return {logged->position, std::shared_ptr<const CloudEvent>(logged, &logged->event)};
}

class SqliteStreamLog final : public StreamLog {
 public:
  explicit SqliteStreamLog(storage::sqlite::Database& database) : database_(database) {}

  awaitable<Result<Ends>> ends(UserId) override {
    auto query = [](storage::sqlite::Reader& db) -> Result<Ends> {
      return Ends{storage::sqlite::event_epoch(db).name, storage::sqlite::first_position(db),
                  storage::sqlite::last_position(db)};
    };
    co_return co_await database_.read(std::move(query));
  }

  awaitable<Result<std::vector<StreamEvent>>> read(UserId user, std::int64_t position, int limit) override {
    auto query = [=](storage::sqlite::Reader& db) -> Result<std::vector<StreamEvent>> {
      std::vector<StreamEvent> out;
      for (auto& logged : storage::sqlite::read_user_events(db, user, position, limit))
        out.push_back({logged.position, std::make_shared<const CloudEvent>(std::move(logged.event))});
      return out;
    };
    co_return co_await database_.read(std::move(query));
  }

  void listen(boost::asio::any_io_executor executor, std::function<bool()> wanted, Listener listener) override {
    // The database keeps its listener for good; this one may go before.
    const auto shared = std::make_shared<Shared>();
    shared->wanted = std::move(wanted);
    shared->listener = std::move(listener);
    shared_ = shared;
    database_.on_commit([shared, executor](const storage::sqlite::Writer::Effects& effects) {
      const std::lock_guard lock(shared->mutex);
      if (!shared->listener) return;
      const bool all = shared->wanted();
      std::vector<StreamEvent> events;
      for (const auto& logged : effects.events)
        if (all || concerns_the_gateway(logged->event.type)) events.push_back(to_stream(logged));
      if (events.empty()) return;
      boost::asio::post(executor, [shared, events = std::move(events)]() mutable {
        // The loop alone calls it, and stop() is called there.
        if (shared->listener) shared->listener(std::move(events));
      });
    });
  }

  void stop() override {
    if (!shared_) return;
    const std::lock_guard lock(shared_->mutex);
    shared_->listener = nullptr;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::function<bool()> wanted;
    Listener listener;
  };

  storage::sqlite::Database& database_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<StreamLog> make_sqlite_stream_log(storage::sqlite::Database& database) {
  return std::make_unique<SqliteStreamLog>(database);
}

}  // namespace daybook::gateway
