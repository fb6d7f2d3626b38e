#include "runtime/dapr/jobs.hpp"

#include <charconv>

#include "core/json.hpp"

namespace daybook::runtime::dapr {
namespace {

using boost::asio::awaitable;

constexpr auto kDeadline = std::chrono::seconds{2};
constexpr std::string_view kWake = "wake.";
/// Minutes remembered as asked for; beyond, the oldest names are forgotten and at worst asked for again.
constexpr std::size_t kMostAsked = 4096;

std::string path_of(const std::string& name) { return "/v1.0-alpha1/jobs/" + encode(name); }

}  // namespace

awaitable<Result<>> Jobs::once(std::string name, Instant due) {
  return schedule(std::move(name), "dueTime", format_rfc3339(due));
}

awaitable<Result<>> Jobs::repeat(std::string name, std::string cron) {
  return schedule(std::move(name), "schedule", std::move(cron));
}

awaitable<Result<>> Jobs::schedule(std::string name, std::string field, std::string value) {
  json::object job;
  job[field] = value;
  // A job without data never arrives, and one without a failure policy is dropped after three tries.
  job["data"] = json::object{{"name", name}};
  job["failurePolicy"] = json::object{{"constant", json::object{{"interval", "5s"}}}};
  job["overwrite"] = true;
  auto call = json_call(Method::post, path_of(name), json::serialize(job));
  auto reply = co_await sidecar_.send(std::move(call), kDeadline);
  if (!reply) co_return reply.error();
  if (reply->status / 100 != 2) co_return error_of(*reply, "Scheduling the job " + name);
  co_return Result<>{};
}

awaitable<Result<>> Jobs::cancel(std::string name) {
  auto call = json_call(Method::delete_, path_of(name));
  auto reply = co_await sidecar_.send(std::move(call), kDeadline);
  if (!reply) co_return reply.error();
  if (reply->status / 100 != 2 && reply->status != 404) co_return error_of(*reply, "Canceling the job " + name);
  co_return Result<>{};
}

awaitable<Result<>> WakeUps::ask(std::string service, int shard, Instant due, Instant now) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(due);
  std::string name = std::string(kWake) + service + "." + std::to_string(shard) + "." +
                     std::to_string(minute.time_since_epoch().count());
  // Within the running minute each instant is asked for by itself, since the minute's job may have gone already.
  const bool soon = minute <= now;
  if (soon) name += "." + std::to_string(std::chrono::floor<std::chrono::seconds>(due).time_since_epoch().count());
  if (!asked_.insert(name).second) co_return Result<>{};
  if (asked_.size() > kMostAsked) asked_.erase(asked_.begin());
  const Instant at = soon ? due : Instant{minute};
  auto done = co_await jobs_.once(name, at);
  if (!done) asked_.erase(name);
  co_return done;
}

bool WakeUps::arrived(std::string_view name) {
  if (!name.starts_with(kWake)) return false;
  asked_.erase(std::string(name));
  const auto rest = name.substr(kWake.size());
  const auto dot = rest.find('.');
  if (dot == rest.npos) return false;
  int shard = 0;
  std::from_chars(rest.data() + dot + 1, rest.data() + rest.size(), shard);
  if (on_wake_) on_wake_(std::string(rest.substr(0, dot)), shard);
  return true;
}

}  // namespace daybook::runtime::dapr
