#pragma once

#include "http/router.hpp"
#include "runtime/invoker.hpp"
#include "services/identity/service.hpp"
#include "services/identity/sql_store.hpp"

namespace daybook::identity {

struct Options {
  Limits limits;
  /// As browsers reach us; https makes the refresh cookie Secure. Empty: http.
  std::string public_url;
  runtime::Invoker* invoker = nullptr;  ///< Asks the other services for their parts of an export; null: there is none.
  runtime::Secrets* secrets = nullptr;  ///< Has the secret that seals the signing keys (KeyRing), where one is set.
};

/// The identity role: its routes, and what the command line does with accounts.
class Module {
 public:
  Module(Store& store, const WallClock& clock, Options options);

  http::Router& router() { return router_; }
  /// Loads the signing keys; before the first request. Errors: those of KeyRing::load.
  boost::asio::awaitable<Result<>> start() { return service_.start(); }
  Service& service() { return service_; }

 private:
  Service service_;
  http::Router router_;
};

}  // namespace daybook::identity
