#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook {

/// What kind of failure this is, in terms that a caller can act on. Only `http/` knows statuses.
enum class Errc {
  invalid_argument,  ///< The request is wrong in itself; sending it again cannot help.
  unprocessable,     ///< Well-formed, but a rule of the domain refuses it (a reminder in the past).
  not_found,
  conflict,          ///< Another resource or state stands in the way.
  version_mismatch,  ///< If-Match named another version than the current one.
  unauthenticated,
  forbidden,
  limit_exceeded,  ///< A quota that does not free itself (10,000 open tasks).
  rate_limited,    ///< Too many requests: try again after `retry_after`.
  payload_too_large,
  method_not_allowed,
  unsupported_media_type,
  unsupported,    ///< Valid, but this product does not offer it.
  unavailable,    ///< A dependency is away; trying again later helps.
  timeout,        ///< A deadline passed; whether the effect happened is unknown.
  misconfigured,  ///< An operator must change something.
  corrupt,        ///< Stored data fails its checks.
  internal,       ///< A bug.
};

/// One wrong field of a request: a JSON pointer (RFC 6901) or "?name" for a query parameter, and what to do.
struct FieldError {
  std::string pointer;
  std::string detail;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// A failure with what a person needs to mend it. `slug` names an entry of schemas/errors.json; empty means the
/// default entry of `code`.
struct Error {
  Error() = default;
  Error(Errc c, std::string d = {}, std::string_view s = {}) : code(c), detail(std::move(d)), slug(s) {}

  Errc code = Errc::internal;
  std::string detail;
  std::string slug;
  std::vector<FieldError> fields;
  std::optional<std::chrono::seconds> retry_after;

  friend bool operator==(const Error&, const Error&) = default;
};

/// True when the same request may succeed later without being changed.
constexpr bool is_transient(Errc code) {
  return code == Errc::unavailable || code == Errc::timeout || code == Errc::rate_limited;
}

std::string_view to_string(Errc code);

/// Called by `Result::value()` on an error: a bug in the caller, which did not look first.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T = void>
using Result = boost::system::result<T, Error>;

/// Says in the code that a result is dropped on purpose, and why.
template <class T>
void ignore(const T&, std::string_view /*reason*/) {}

}  // namespace daybook
