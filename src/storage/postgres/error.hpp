#pragma once

#include <exception>
#include <string>

#include "core/result.hpp"

namespace daybook::storage::postgres {

/// Thrown inside transactions for what the server refuses and for a lost connection. Caught once by Database, which
/// begins again or turns it into an Error; store code lets it pass.
class PgError : public std::exception {
 public:
  /// `state`: SQLSTATE; empty when the connection itself failed.
  PgError(std::string state, std::string message) : state_(std::move(state)), message_(std::move(message)) {}

  const std::string& state() const { return state_; }
  const char* what() const noexcept override { return message_.c_str(); }
  bool lost_connection() const;
  /// Another transaction stood in the way: serialization failure, deadlock, or a key that somebody inserted meanwhile.
  /// The same closure sees more when it is run again.
  bool met_another() const;
  /// Connection, resources, shutdown: unavailable; statement_timeout: timeout; privileges, missing schema:
  /// misconfigured; damaged data: corrupt; others: internal. The detail says what to do and holds no values.
  Error to_error() const;

 private:
  std::string state_;
  std::string message_;
};

}  // namespace daybook::storage::postgres
