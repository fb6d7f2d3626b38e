#include "app/system/admin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <filesystem>

#include "app/system/seed_tasks.hpp"
#include "domain/zone.hpp"
#include "services/identity/account_fields.hpp"
#include "storage/sqlite/event_log.hpp"

namespace daybook::app {
namespace {

namespace sqlite = storage::sqlite;
using boost::asio::awaitable;

json::object event_line(const sqlite::LoggedEvent& logged) {
  json::object line;
  line["position"] = logged.position;
  line["event"] = json::parse(to_json(logged.event));
  return line;
}

Error no_accounts() { return {Errc::unsupported, "Accounts are the identity role's: ask its process."}; }

Error no_event_log() {
  return {Errc::unsupported, "This process keeps no events: ask the broker (daybook events … --brokers HOST:PORT)."};
}

/// An answer to an operator is one line: with what is wrong with each field.
Error with_fields(Error error) {
  for (const auto& field : error.fields) error.detail += " " + field.pointer + " " + field.detail + ".";
  return error;
}

awaitable<Result<>> copy(sqlite::Database& file, std::string target) { co_return file.backup(target); }

}  // namespace

awaitable<Result<>> AdminCommands::run(json::value request, Emit emit) {
  JsonReader in(request, Unknown::strict);
  const auto command = in.text("command", {.required = true, .max_bytes = 64}).value_or("");
  const auto group = in.text("group", {.max_bytes = 128}).value_or("");
  const auto after = in.integer("after", 0, INT64_MAX);
  const auto id = in.integer("id", 1, INT64_MAX).value_or(0);
  const auto limit = static_cast<int>(in.integer("limit", 1, 100'000).value_or(100));
  const auto users = static_cast<int>(in.integer("users", 1, 100'000).value_or(1));
  const auto tasks = static_cast<int>(in.integer("tasks", 0, 1'000'000).value_or(0));
  const auto email = in.text("email", {.max_bytes = 320}).value_or("");
  const auto password = in.text("password", {.max_bytes = 1024}).value_or("");
  const auto timezone = in.text("timezone", {.max_bytes = 64}).value_or("UTC");
  const auto path = in.text("path", {.max_bytes = 4096}).value_or("");
  if (auto error = in.finish()) co_return *error;

  if (command == "events.lag") co_return co_await events_lag(std::move(emit));
  if (command == "events.tail") co_return co_await events_tail(after.value_or(-1), limit, std::move(emit));
  if (command == "events.replay") co_return co_await events_replay(group, after.value_or(0), std::move(emit));
  if (command == "events.rebuild") co_return co_await events_rebuild(group, std::move(emit));
  if (command == "events.dlq") co_return co_await dead_letters(group, limit, std::move(emit));
  if (command == "events.dlq.replay") co_return co_await replay_dead_letter(group, id, std::move(emit));
  if (command == "user.add") co_return co_await user_add(email, password, timezone, std::move(emit));
  if (command == "user.seed") co_return co_await user_seed(users, tasks, std::move(emit));
  if (command == "backup") co_return co_await backup(path, std::move(emit));
  if (command == "doctor") co_return co_await doctor(std::move(emit));
  co_return Error{Errc::invalid_argument, "There is no admin command '" + command + "'."};
}

awaitable<Result<>> AdminCommands::events_lag(Emit emit) {
  if (!system_.events()) co_return no_event_log();
  const auto groups = co_await system_.events()->groups();
  if (!groups) co_return groups.error();
  for (const auto& group : *groups) {
    json::object line;
    line["group"] = group.group;
    line["lag"] = group.lag;
    line["paused"] = group.paused;
    line["deadLetters"] = group.dead_letters;
    if (!group.last_error.empty()) line["lastError"] = group.last_error;
    if (!emit(std::move(line))) break;
  }
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::events_tail(std::int64_t after, int limit, Emit emit) {
  auto query = [after, limit](sqlite::Reader& db) -> Result<std::vector<sqlite::LoggedEvent>> {
    // Without a position: the newest.
    const auto from = after >= 0 ? after : std::max<std::int64_t>(0, sqlite::last_position(db) - limit);
    return sqlite::read_events(db, from, limit);
  };
  const auto files = system_.files();
  if (files.empty()) co_return no_event_log();
  const auto events = co_await files.front()->read(std::move(query));
  if (!events) co_return events.error();
  for (const auto& event : *events)
    if (!emit(event_line(event))) break;
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::events_replay(std::string group, std::int64_t after, Emit emit) {
  if (!system_.events()) co_return no_event_log();
  auto replayed = co_await system_.events()->replay(group, after);
  if (!replayed) co_return replayed.error();
  json::object line;
  line["group"] = group;
  line["replayedAfter"] = after;
  emit(std::move(line));
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::events_rebuild(std::string consumer, Emit emit) {
  const auto rebuilt = co_await system_.rebuilds().rebuild(consumer);
  if (!rebuilt) co_return rebuilt.error();
  json::object line;
  line["consumer"] = consumer;
  line["generation"] = rebuilt->generation;
  line["snapshots"] = rebuilt->snapshots;
  emit(std::move(line));
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::dead_letters(std::string group, int limit, Emit emit) {
  if (!system_.events()) co_return no_event_log();
  const auto letters = co_await system_.events()->dead_letters(std::move(group), limit);
  if (!letters) co_return letters.error();
  for (const auto& letter : *letters) {
    json::object line;
    line["id"] = letter.id;
    line["group"] = letter.group;
    line["topic"] = letter.topic;
    line["type"] = letter.event.type;
    line["eventId"] = letter.event.id.str();
    line["reason"] = letter.reason;
    line["tries"] = letter.tries;
    line["parkedAt"] = format_rfc3339(letter.parked_at);
    if (!emit(std::move(line))) break;
  }
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::replay_dead_letter(std::string group, std::int64_t id, Emit emit) {
  if (!system_.events()) co_return no_event_log();
  auto replayed = co_await system_.events()->replay_dead_letter(std::move(group), id);
  if (!replayed) co_return replayed.error();
  json::object line;
  line["id"] = id;
  line["replayed"] = true;
  emit(std::move(line));
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::user_add(std::string email, std::string password, std::string timezone, Emit emit) {
  auto* accounts = system_.accounts();
  if (!accounts) co_return no_accounts();
  // The same rules as for those who sign up themselves.
  const json::value body = json::object{{"email", email}, {"password", password}, {"timezone", timezone}};
  auto registration = identity::read_registration(body);
  if (!registration) co_return with_fields(registration.error());
  const auto added = co_await accounts->sign_up(std::move(*registration), accounts->cause_of("admin", ""));
  if (!added) co_return added.error();
  json::object line;
  line["id"] = added->user.id.str();
  line["email"] = added->user.email;
  emit(std::move(line));
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::user_seed(int users, int tasks, Emit emit) {
  auto* accounts = system_.accounts();
  if (!accounts) co_return no_accounts();
  const auto seeded = co_await accounts->seed(users, "seed", std::chrono::hours(24 * 30));
  if (!seeded) co_return seeded.error();
  std::vector<UserId> owners;
  for (const auto& user : *seeded) owners.push_back(user.id);
  auto planted = co_await seed_tasks(system_.tasks(), std::move(owners), tasks, clock_.now());
  if (!planted) co_return planted.error();
  for (const auto& user : *seeded) {
    json::object line;
    line["id"] = user.id.str();
    line["email"] = user.email;
    line["accessToken"] = user.access_token;
    if (!emit(std::move(line))) break;
  }
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::backup(std::string folder, Emit emit) {
  if (system_.files().empty())
    co_return Error{Errc::unsupported, "Everything is in PostgreSQL: back it up with pg_dump or a base backup."};
  if (folder.empty()) co_return Error{Errc::invalid_argument, "Say where to: daybook backup FOLDER."};
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    co_return Error{Errc::misconfigured, "The folder " + folder + " cannot be made: " + failure.message() + "."};
  for (auto* file : system_.files()) {
    const auto target = folder + "/" + std::filesystem::path(file->path()).filename().string();
    auto copied = co_await boost::asio::co_spawn(slow_, copy(*file, target), boost::asio::use_awaitable);
    if (!copied) co_return copied.error();
    json::object line;
    line["file"] = target;
    line["bytes"] = static_cast<std::int64_t>(std::filesystem::file_size(target, failure));
    emit(std::move(line));
  }
  co_return Result<>{};
}

awaitable<Result<>> AdminCommands::doctor(Emit emit) {
  for (const auto& setting : settings()) {
    json::object line;
    line["setting"] = setting.name;
    const auto value = setting.get(config_.config);
    line["value"] = setting.secret && !value.empty() ? "(set)" : value;
    line["from"] = config_.sources.at(std::string(setting.name));
    emit(std::move(line));
  }
  for (auto* file : system_.files()) {
    const auto counters = file->counters();
    json::object line;
    line["database"] = file->path();
    line["commits"] = counters.commits;
    line["queued"] = counters.foreground_queue + counters.background_queue;
    auto look = [](sqlite::Reader& db) -> Result<std::string> {
      auto check = db.query("PRAGMA quick_check(1)");
      return check.step() ? std::string(check.text(0)) : std::string("no answer");
    };
    const auto looked = co_await file->read(std::move(look));
    if (!looked) co_return looked.error();
    line["check"] = *looked == "ok" ? "sound" : *looked;
    // The file itself may be shorter: its newest pages are in the log until the next checkpoint.
    auto weigh = [](sqlite::Reader& db) -> Result<std::int64_t> {
      auto size = db.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
      return size.step() ? size.integer(0) : 0;
    };
    const auto size = co_await file->read(std::move(weigh));
    if (!size) co_return size.error();
    line["bytes"] = *size;
    emit(std::move(line));
  }
  json::object clock;
  clock["now"] = format_rfc3339(clock_.now());
  clock["tzdb"] = domain::tzdb_version();
  emit(std::move(clock));
  co_return Result<>{};
}

}  // namespace daybook::app
