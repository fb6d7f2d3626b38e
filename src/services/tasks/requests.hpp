#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"
#include "http/router.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

/// What the routes share: from requests to commands, and from documents to replies.

/// Errors: unauthenticated without a principal.
Result<Principal> caller_of(const http::Request& request);
/// Errors: unauthenticated; forbidden when it is no service that calls.
Result<Principal> service_of(const http::Request& request);
/// Reads If-Match, Idempotency-Key and what else a change carries. Errors: also invalid_argument for those headers.
Result<Command> command_of(const http::Request& request, const WallClock& clock);
/// The task that "{id}" names. Errors: not_found.
Result<TaskRef> ref_of(std::string_view text);

/// Reads the parameters of a list into a query.
domain::TaskQuery read_query(http::QueryReader& in);

Reply task_reply(int status, TaskDocument document);
/// {"items":[…],"nextCursor":…}
Reply page_reply(DocumentPage page);

}  // namespace daybook::tasks
