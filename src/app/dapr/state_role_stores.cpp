#include "app/dapr/role_stores.hpp"
#include "core/json.hpp"
#include "runtime/dapr/state_store.hpp"
#include "runtime/state/user_databases.hpp"
#include "services/chat/state_chat_store.hpp"
#include "services/tasks/state_task_store.hpp"

namespace daybook::app {
namespace {

namespace asio = boost::asio;
namespace dapr = runtime::dapr;
using asio::awaitable;
using runtime::StateStore;
using runtime::state::UserDatabases;

constexpr std::chrono::days kKeepDeadLetters{30};

/// The tasks or the chat on Dapr's state API: no database of our own, whatever stands behind the component.
class StateRoleStores final : public RoleStores {
 public:
  StateRoleStores(asio::io_context& loop, dapr::Sidecar& sidecar, const WallClock& clock,
                  runtime::state::UserSchema schema)
      : clock_(clock),
        state_(sidecar, {}),
        users_(loop.get_executor(), state_, clock, std::move(schema),
               [this](std::vector<CloudEvent> events) { return publish_(std::move(events)); }) {}

  storage::sql::Database& of(const std::string& role) override {
    throw std::logic_error("on the state API there is no database of " + role);
  }
  gateway::StreamLog& stream_log() override { throw std::logic_error("the gateway has no store on the state API"); }
  awaitable<Result<>> keep(std::vector<CloudEvent>) override {
    co_return Error{Errc::unsupported, "the gateway has no store on the state API"};
  }
  std::unique_ptr<tasks::TaskStore> tasks_store(const tasks::StoreLimits& limits) override {
    return tasks::make_state_store(users_, limits);
  }
  std::unique_ptr<chat::ChatStore> chat_store() override { return chat::make_state_store(users_); }

  awaitable<Result<>> park(std::string group, CloudEvent event, std::string reason, int tries) override {
    const json::object letter{{"group", group},
                              {"reason", reason},
                              {"tries", tries},
                              {"parkedAt", format_rfc3339(clock_.now())},
                              {"event", to_json(event)}};
    StateStore::Write write;
    write.key = "dead-letter-" + group + "-" + event.id.str() + "/event";
    write.value = json::serialize(letter);
    write.ttl = kKeepDeadLetters;
    std::vector<StateStore::Write> writes;
    writes.push_back(std::move(write));
    co_return co_await state_.transact(std::move(writes));
  }

  awaitable<Result<>> start(Publish publish) override {
    publish_ = std::move(publish);
    // A component that cannot keep what is asked of it is refused; one that is away is waited for.
    const auto fit = co_await state_.start();
    if (!fit && fit.error().code == Errc::misconfigured) co_return fit;
    users_.outbox().start();
    co_return Result<>{};
  }
  awaitable<void> stop() override { co_await users_.outbox().stop(); }
  void close() override {}

  awaitable<bool> answer() override {
    auto entry = co_await state_.get("probe/none");
    co_return entry.has_value();
  }
  awaitable<std::vector<gateway::Dependency>> dependencies() override {
    auto entry = co_await state_.get("probe/none");
    std::vector<gateway::Dependency> out;
    out.push_back({"state store", entry.has_value(), entry ? std::string{} : entry.error().detail});
    const auto& wrong = users_.outbox().last_error();
    out.push_back({"outbox", wrong.empty(), wrong});
    co_return out;
  }

 private:
  const WallClock& clock_;
  Publish publish_;
  dapr::StateStore state_;
  UserDatabases users_;
};

}  // namespace

Result<std::unique_ptr<RoleStores>> open_state_stores(asio::io_context& loop, const Roles& roles,
                                                      const WallClock& clock, dapr::Sidecar& sidecar) {
  if (roles == Roles{"tasks"})
    return std::unique_ptr<RoleStores>(std::make_unique<StateRoleStores>(loop, sidecar, clock, tasks::state_schema()));
  if (roles == Roles{"chat"})
    return std::unique_ptr<RoleStores>(std::make_unique<StateRoleStores>(loop, sidecar, clock, chat::state_schema()));
  return Error{Errc::misconfigured,
               "--store dapr keeps one of the roles tasks and chat, alone in its process: sign-in, timers, audit and "
               "the stream need what the state API does not have (docs/distributed.md)."};
}

}  // namespace daybook::app
