#include "core/json.hpp"
#include "domain/zone.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "services/analytics/module.hpp"

namespace daybook::analytics {
namespace {

using boost::asio::awaitable;
using http::QueryReader;
using http::Request;

Date today(const Request& request, const WallClock& clock) {
  const auto zone = domain::Zone::locate(request.call.principal->timezone);
  const auto local = zone ? zone->to_local(clock.now())
                          : LocalTime{std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch()};
  return Date{std::chrono::floor<std::chrono::days>(local)};
}

json::object to_object(const Stats& stats) {
  json::object out;
  out["created"] = stats.created;
  out["completed"] = stats.completed;
  out["deleted"] = stats.deleted;
  out["open"] = stats.open;
  out["completionRate"] =
      stats.created > 0 ? static_cast<double>(stats.completed) / static_cast<double>(stats.created) : 0.0;
  out["averageTimeToCompleteMs"] = stats.completed > 0 ? stats.completion_ms / stats.completed : 0;
  json::array days;
  for (const auto& day : stats.days) {
    json::object item;
    item["date"] = day.date;
    item["created"] = day.created;
    item["completed"] = day.completed;
    item["deleted"] = day.deleted;
    item["reminders"] = day.reminders;
    days.push_back(std::move(item));
  }
  out["days"] = std::move(days);
  return out;
}

awaitable<Result<Reply>> show_stats(AnalyticsStore& store, const WallClock& clock, Request request) {
  const auto user = http::signed_in(request);
  if (!user) co_return user.error();
  QueryReader in(request);
  const Date last = in.date("to").value_or(today(request, clock));
  const Date month_before{std::chrono::sys_days{last} - std::chrono::days{29}};
  const Date first = in.date("from").value_or(month_before);
  if (first > last) in.fail("from", "must not be after to");
  if (auto error = in.finish()) co_return *error;
  std::string from = format_date(first), to = format_date(last);
  const auto stats = co_await store.stats(*user, std::move(from), std::move(to));
  if (!stats) co_return stats.error();
  co_return Reply(200, json::serialize(to_object(*stats)));
}

}  // namespace

http::Router make_router(AnalyticsStore& store, const WallClock& clock) {
  http::Router router;
  router.add(Method::get, "/api/v1/stats",
             [&store, &clock](Request r) { return show_stats(store, clock, std::move(r)); });
  return router;
}

}  // namespace daybook::analytics
