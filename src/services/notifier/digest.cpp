#include "services/notifier/digest.hpp"

#include "domain/zone.hpp"

namespace daybook::notifier {
namespace {

using boost::asio::awaitable;

constexpr int kMostLines = 20;

std::string section(const std::string& heading, const tasks::TaskPage& page) {
  if (page.items.empty()) return {};
  std::string out = heading + "\n";
  for (const auto& task : page.items) out += "- " + task->title + "\n";
  if (!page.next_cursor.empty()) out += "- and more\n";
  return out;
}

awaitable<Result<std::string>> write_digest(tasks::Client& tasks, const WallClock& clock, UserId user,
                                            std::string timezone) {
  const auto zone = domain::Zone::locate(timezone);
  const auto local = (zone ? *zone : domain::Zone{}).to_local(clock.now());
  const Date today{std::chrono::floor<std::chrono::days>(local)};
  const Date yesterday{std::chrono::sys_days{today} - std::chrono::days{1}};
  tasks::Caller caller;
  caller.principal = Principal::of_service("notifier", user);
  caller.principal.timezone = timezone;

  domain::TaskQuery query;
  query.status = {domain::Status::pending, domain::Status::in_progress};
  query.sort = {domain::SortField::due, false};
  query.limit = kMostLines;
  query.due_from = today;
  query.due_to = today;
  const auto due = co_await tasks.list(caller, query);
  if (!due) co_return due.error();
  query.due_from = {};
  query.due_to = yesterday;
  const auto overdue = co_await tasks.list(caller, query);
  if (!overdue) co_return overdue.error();
  co_return section("Overdue", *overdue) + section("Due today", *due);
}

}  // namespace

DigestWriter make_digest_writer(tasks::Client& tasks, const WallClock& clock) {
  return [&tasks, &clock](UserId user, std::string timezone) {
    return write_digest(tasks, clock, user, std::move(timezone));
  };
}

}  // namespace daybook::notifier
