#pragma once

#include "core/json.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"
#include "http/request_head.hpp"
#include "http/router.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

/// What the routes share: from requests to commands, and from documents to replies.

/// The task that "{id}" names. Errors: not_found.
Result<TaskRef> ref_of(std::string_view text);

/// Reads the parameters of a list into a query.
domain::TaskQuery read_query(http::QueryReader& in);

Reply task_reply(int status, TaskDocument document);
/// {"items":[…],"nextCursor":…}
Reply page_reply(DocumentPage page);

}  // namespace daybook::tasks
