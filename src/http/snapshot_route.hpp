#pragma once

#include <functional>
#include <string>

#include "core/rebuild.hpp"
#include "http/router.hpp"

namespace daybook::http {

/// Reads a page of what a service owns; `after` is the cursor of the page before.
using ReadSnapshots = std::function<boost::asio::awaitable<Result<SnapshotPage>>(std::string after, int limit)>;

/// `GET path?limit=…&after=…`, for other services: what a projection begins anew from (design, rule 15).
void add_snapshot_route(Router& router, std::string_view path, ReadSnapshots read);

}  // namespace daybook::http
