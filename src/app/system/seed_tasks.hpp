#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "services/tasks/client.hpp"

namespace daybook::app {

/// Makes `each` tasks for every owner through the tasks service, the same ones on every machine: titles of common
/// words, tags, priorities, due dates around `now`, some completed. Errors: those of the service, at the first.
boost::asio::awaitable<Result<>> seed_tasks(tasks::Client& tasks, std::vector<UserId> owners, int each, Instant now);

}  // namespace daybook::app
