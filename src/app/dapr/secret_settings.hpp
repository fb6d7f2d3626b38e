#pragma once

#include "app/config/config.hpp"
#include "runtime/secrets.hpp"

namespace daybook::app {

/// The secret settings that nobody gave otherwise, from a secret store under their own names ("smtp-password"). One
/// that the store does not have stays empty. Errors: those of the store, apart from not_found.
boost::asio::awaitable<Result<>> read_secret_settings(runtime::Secrets& secrets, Config& config);

}  // namespace daybook::app
