#include "app/system/seed_tasks.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "runtime/signal.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr int kAtOnce = 64;  ///< As many as one commit of the writer takes comfortably.

constexpr std::array<std::string_view, 24> kWords = {"call",   "dentist", "invoice", "garden",   "report", "milk",
                                                     "train",  "letter",  "meeting", "roof",     "bike",   "exam",
                                                     "paint",  "soup",    "lamp",    "window",   "budget", "flight",
                                                     "review", "pay",     "visit",   "birthday", "clean",  "passport"};

domain::TaskDraft draft_of(int number, Instant now) {
  auto random = [state = static_cast<std::uint32_t>(number) * 2654435761u + 1](std::uint32_t bound) mutable {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state % bound;
  };
  domain::TaskDraft draft;
  const auto word = [&] { return std::string(kWords[random(kWords.size())]); };
  draft.title = word() + " " + word() + " " + word() + " " + std::to_string(number);
  if (random(2) == 0) draft.description = "About the " + word() + " and the " + word() + ".";
  draft.priority = static_cast<domain::Priority>(random(4));
  for (std::uint32_t i = random(3); i > 0; --i) draft.tags.push_back(word());
  if (random(3) == 0) draft.category = word();
  if (random(4) != 0) draft.due = now + std::chrono::minutes(static_cast<int>(random(90 * 24 * 60)) - 10 * 24 * 60);
  return draft;
}

struct Planting {
  std::vector<UserId> owners;
  int each;
  Instant now;
  int next = 0;
  int running = 0;
  Result<> outcome = Result<>{};
};

awaitable<void> plant(tasks::Client& tasks, Planting& planting) {
  const int total = static_cast<int>(planting.owners.size()) * planting.each;
  while (planting.next < total && planting.outcome) {
    const int number = planting.next++;
    tasks::Caller caller;
    caller.principal =
        Principal::of_service("admin", planting.owners[static_cast<std::size_t>(number) / planting.each]);
    caller.correlation_id = "seed";
    auto draft = draft_of(number, planting.now);
    const auto made = co_await tasks.create(std::move(caller), std::move(draft));
    if (!made) planting.outcome = made.error();
  }
}

}  // namespace

awaitable<Result<>> seed_tasks(tasks::Client& tasks, std::vector<UserId> owners, int each, Instant now) {
  const auto executor = co_await asio::this_coro::executor;
  Planting planting{std::move(owners), each, now};
  runtime::Signal ended(executor);
  for (int i = 0; i < kAtOnce; ++i) {
    ++planting.running;
    asio::co_spawn(executor, plant(tasks, planting), [&](std::exception_ptr thrown) {
      if (thrown) planting.outcome = Error{Errc::internal, "Making tasks failed."};
      if (--planting.running == 0) ended.notify();
    });
  }
  while (planting.running > 0) co_await ended.wait();
  co_return planting.outcome;
}

}  // namespace daybook::app
