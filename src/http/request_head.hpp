#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/command.hpp"
#include "core/idempotency.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "http/router.hpp"

namespace daybook::http {

/// What the head of a request asks for, read in one way by every service.

/// `"<version>"`, quoted (RFC 9110, section 8.8.3).
std::string etag(std::int64_t version);

/// Whether If-None-Match names this version, or any (RFC 9110, section 13.1.2): a list, compared weakly, since what
/// compresses on the way makes the tag weak.
bool is_known(const Call& call, std::int64_t version);

/// The version that If-Match wants; nullopt when it is absent or "*" (RFC 9110, section 13.1.1).
/// Errors: invalid_argument.
Result<std::optional<std::int64_t>> read_if_match(const Call& call);

/// A client's Idempotency-Key and the request that it stands for. Errors: invalid_argument.
Result<Idempotency> read_idempotency_key(const Call& call);

/// What a changing request says besides its body: the caller, If-Match, Idempotency-Key and what follows it through the
/// logs. Errors: unauthenticated; invalid_argument.
Result<Command> read_command(const Request& request, const WallClock& clock);

/// The JSON document that the request carries. Errors: unsupported_media_type; invalid_argument.
Result<json::value> json_body(const Request& request);

/// For a route that knows no query parameters. Errors: invalid_argument, naming each that was sent.
std::optional<Error> refuse_query(const Request& request);

}  // namespace daybook::http
