#pragma once

#include "http/router.hpp"
#include "runtime/invoker.hpp"
#include "services/identity/service.hpp"

namespace daybook::identity {

/// /api/v1/auth/…, /api/v1/me, /api/v1/tokens, /.well-known/jwks.json and what other services ask.
http::Router make_router(Service& service, runtime::Invoker* invoker, bool secure_cookie);

}  // namespace daybook::identity
