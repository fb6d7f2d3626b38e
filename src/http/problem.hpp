#pragma once

#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::http {

/// An entry of the list of errors (schemas/errors.json, RFC 9457).
struct ProblemType {
  std::string_view slug;
  int status;
  std::string_view title;
};

/// The entry that `error` stands for: by its slug, else by its code.
const ProblemType& problem_type(const Error& error);

/// application/problem+json: {"type":"urn:daybook:error:<slug>","title","status","detail","errors":[…]}, with
/// Retry-After where the error has it.
Reply problem_reply(const Error& error);

/// The Error that a problem+json reply of another service stands for, so that typed clients give back what the
/// service said.
Error error_of_reply(const Reply& reply);

}  // namespace daybook::http
