#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "runtime/caller.hpp"
#include "runtime/invoker.hpp"
#include "services/identity/model.hpp"

namespace daybook::identity {

/// Everything that the services hold on a user as one JSON document, in the shapes of schemas/openapi.yaml: each
/// service is asked for its part as the user would ask. No secrets: passwords, keys and tokens are not in it.
/// Errors: unavailable or timeout when a service does not answer, since half an export would pass for all.
boost::asio::awaitable<Result<std::string>> export_account(runtime::Invoker& invoker, runtime::Caller caller, User user,
                                                           std::vector<ApiToken> tokens, Instant now);

}  // namespace daybook::identity
