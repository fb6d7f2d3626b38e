#include "runtime/state/outbox.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/json.hpp"
#include "runtime/state/user_database.hpp"

namespace daybook::runtime::state {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

/// Each process counts on an announcement for kCounted and renews it then; nobody takes it back before kKept, so that
/// clocks may differ by the rest.
constexpr std::chrono::seconds kCounted{30};
constexpr std::chrono::seconds kKept{120};
constexpr std::int64_t kBatch = 100;
constexpr int kTries = 20;

std::int64_t number_in(const std::optional<StateStore::Entry>& entry, std::string_view name, std::int64_t otherwise) {
  if (!entry) return otherwise;
  const auto document = parse_json(entry->value);
  const auto* object = document ? document->if_object() : nullptr;
  const auto* value = object ? object->if_contains(name) : nullptr;
  return value && value->is_number() ? value->to_number<std::int64_t>() : otherwise;
}

}  // namespace

struct Outbox::Running {
  explicit Running(const asio::any_io_executor& executor) : signal(executor), ended(executor) {}
  Signal signal;
  Signal ended;
  bool stopping = false;
};

Outbox::Outbox(asio::any_io_executor executor, StateStore& state, const WallClock& clock, Publish publish,
               OutboxOptions options)
    : executor_(std::move(executor)),
      state_(state),
      clock_(clock),
      publish_(std::move(publish)),
      options_(options),
      announced_(state, "outbox") {}

Outbox::~Outbox() = default;

awaitable<Result<>> Outbox::announce(UserId user) {
  const auto now = clock_.now();
  const auto known = until_.find(user);
  if (known != until_.end() && now < known->second && known->second - now <= kCounted) co_return Result<>{};
  if (auto put = co_await announced_.put(user, now + kKept); !put) co_return put;
  until_[user] = now + kCounted;
  co_return Result<>{};
}

void Outbox::wake(const UserId& user) {
  waiting_.insert(user);
  if (running_) running_->signal.notify();
}

awaitable<Result<>> Outbox::publish(UserId user) {
  for (int round = 0; round < kTries;) {
    auto head = co_await state_.get(key_of(user, kHead));
    if (!head) co_return head.error();
    auto relay = co_await state_.get(key_of(user, kRelay));
    if (!relay) co_return relay.error();
    const auto next = number_in(*head, "nextEvent", 1);
    auto published = number_in(*relay, "published", 0);
    if (published + 1 >= next) co_return Result<>{};

    std::vector<std::string> keys;
    const auto last = std::min(next - 1, published + kBatch);
    for (auto number = published + 1; number <= last; ++number) keys.push_back(key_of(user, event_key(number)));
    auto entries = co_await state_.get_many(keys);
    if (!entries) co_return entries.error();
    std::vector<CloudEvent> events;
    for (const auto& entry : *entries) {
      // Published by somebody else meanwhile, or written by a version whose events this one cannot read.
      if (!entry) break;
      auto event = parse_cloud_event(entry->value);
      if (!event) co_return event.error();
      events.push_back(std::move(*event));
    }
    if (events.empty()) {
      ++round;
      continue;
    }
    const auto sent = static_cast<std::int64_t>(events.size());
    const auto results = co_await publish_(std::move(events));
    // In their order: what comes after one that failed is sent again.
    std::int64_t done = 0;
    while (done < sent && results[static_cast<std::size_t>(done)]) ++done;
    if (done > 0) {
      std::vector<StateStore::Write> writes;
      for (std::int64_t i = 0; i < done; ++i) {
        StateStore::Write gone;
        gone.key = keys[static_cast<std::size_t>(i)];
        writes.push_back(std::move(gone));
      }
      StateStore::Write write;
      write.key = key_of(user, kRelay);
      write.value = "{\"published\":" + std::to_string(published + done) + "}";
      write.etag = *relay ? (*relay)->etag : std::string{};
      writes.push_back(std::move(write));
      auto noted = co_await state_.transact(std::move(writes));
      if (!noted && noted.error().code != Errc::version_mismatch) co_return noted;
      if (!noted) ++round;
    }
    if (done < sent) co_return results[static_cast<std::size_t>(done)].error();
  }
  co_return Error{Errc::unavailable, "Others publish this user's events all the time."};
}

awaitable<Result<>> Outbox::look_after(UserId user, Instant until) {
  if (auto published = co_await publish(user); !published) co_return published;
  if (clock_.now() <= until) co_return Result<>{};
  const auto mine = until_.find(user);
  if (mine != until_.end() && clock_.now() < mine->second) co_return Result<>{};
  until_.erase(user);
  co_return co_await announced_.drop(user, until);
}

awaitable<Result<>> Outbox::sweep() {
  Result<> outcome;
  for (int shard = 0; shard < Roster::kShards; ++shard) {
    auto users = co_await announced_.read(shard);
    if (!users) co_return users.error();
    for (const auto& [user, until] : *users) {
      // This process looks after its own at once, and tells when the broker does not take them.
      if (waiting_.contains(user)) continue;
      auto done = co_await look_after(user, until);
      if (!done) outcome = done;
    }
  }
  co_return outcome;
}

awaitable<bool> Outbox::flush() {
  bool all = true;
  const std::vector<UserId> users(waiting_.begin(), waiting_.end());
  for (const auto& user : users) {
    waiting_.erase(user);
    const auto published = co_await publish(user);
    if (published) continue;
    waiting_.insert(user);
    last_error_ = published.error().detail;
    all = false;
    break;  // Most often the broker, which takes nobody's.
  }
  if (all) last_error_.clear();
  co_return all;
}

awaitable<void> Outbox::run(std::shared_ptr<Running> running) {
  auto next_sweep = Signal::Time::clock::now();
  while (!running->stopping) {
    const bool all = co_await flush();
    if (running->stopping) break;
    if (Signal::Time::clock::now() >= next_sweep) {
      ignore(co_await sweep(), "the next one looks again");
      next_sweep = Signal::Time::clock::now() + options_.sweep;
    }
    auto end = next_sweep;
    if (!all) end = std::min(end, Signal::Time::clock::now() + options_.retry);
    if (!waiting_.empty() && all) continue;
    co_await running->signal.wait(end);
  }
  co_await flush();
  running->ended.notify();
}

void Outbox::start() {
  running_ = std::make_shared<Running>(executor_);
  auto running = running_;
  asio::co_spawn(executor_, run(running), [running](std::exception_ptr failure) {
    if (failure) running->ended.notify();
  });
}

awaitable<void> Outbox::stop() {
  if (!running_) co_return;
  running_->stopping = true;
  running_->signal.notify();
  co_await running_->ended.wait();
  running_.reset();
}

}  // namespace daybook::runtime::state
