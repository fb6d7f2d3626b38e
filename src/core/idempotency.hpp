#pragma once

#include <string>

#include "core/hash.hpp"

namespace daybook {

/// What a use case needs to be repeatable by key (design, rule 13). `key` empty: the client sent none.
struct Idempotency {
  std::string key;
  Sha256 request_hash{};  ///< Of method, path and body.
};

/// The recorded outcome of a key: what the first call made.
struct IdempotentOutcome {
  int status = 0;
  std::string resource;  ///< Service-defined, usually the resource's id.
};

}  // namespace daybook
