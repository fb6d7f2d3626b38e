#pragma once

#include "core/result.hpp"
#include "http/router.hpp"

namespace daybook::http {

/// The user that the call is made by or for. Errors: unauthenticated.
inline Result<UserId> signed_in(const Request& request) {
  if (!request.call.principal)
    return Error{Errc::unauthenticated, "Sign in, and send the access token as 'Authorization: Bearer …'."};
  return request.call.principal->user;
}

/// Like signed_in, but only for other services of ours: `/internal/…`. Errors: unauthenticated, forbidden.
inline Result<UserId> called_by_service(const Request& request) {
  auto user = signed_in(request);
  if (user && request.call.principal->service.empty())
    return Error{Errc::forbidden, "This address is for Daybook's own services."};
  return user;
}

}  // namespace daybook::http
