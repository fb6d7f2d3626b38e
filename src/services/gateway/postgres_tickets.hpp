#pragma once

#include "services/gateway/tickets.hpp"
#include "storage/postgres/database.hpp"

namespace daybook::gateway {

/// Tickets that any gateway on the database takes, each once; by the database's clock. Only their hashes stand there.
class PostgresTickets final : public Tickets {
 public:
  explicit PostgresTickets(storage::postgres::Database& database) : database_(database) {}
  boost::asio::awaitable<Result<std::string>> issue(Credential credential) override;
  boost::asio::awaitable<Result<Credential>> redeem(std::string ticket) override;
  /// Nothing to do: whoever redeems looks whether the session or the token has ended since, and in 30 seconds they are
  /// over.
  void revoke(const Uuid& credential) override;
  /// Takes away those that nobody used. Errors: unavailable.
  boost::asio::awaitable<Result<>> prune();

 private:
  storage::postgres::Database& database_;
};

}  // namespace daybook::gateway
