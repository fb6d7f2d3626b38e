#include "services/analytics/client.hpp"

#include "core/json.hpp"
#include "http/problem.hpp"

namespace daybook::analytics {

boost::asio::awaitable<Result<StatsView>> Client::stats(runtime::Caller caller, std::optional<Date> from,
                                                        std::optional<Date> to) {
  Call call = runtime::make_call(caller, Method::get, "/api/v1/stats");
  if (from) call.query = "from=" + format_date(*from);
  if (to) call.query += (call.query.empty() ? "to=" : "&to=") + format_date(*to);
  const auto reply = co_await invoker_.invoke("analytics", std::move(call), deadline_);
  if (!reply) co_return reply.error();
  if (reply->status >= 400) co_return http::error_of_reply(*reply);
  const auto parsed = parse_json(reply->body);
  if (!parsed) co_return parsed.error();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  JsonReader in(*parsed, Unknown::lenient);
  StatsView out;
  out.open = in.integer("open", 0, kMax).value_or(0);
  in.objects("days", 4000, [&out](JsonReader& day, std::size_t) {
    out.created += day.integer("created", -kMax, kMax).value_or(0);
    out.completed += day.integer("completed", -kMax, kMax).value_or(0);
  });
  out.json = reply->body;
  co_return out;
}

}  // namespace daybook::analytics
