#pragma once

#include <string>

#include "runtime/dapr/sidecar.hpp"
#include "runtime/secrets.hpp"

namespace daybook::runtime::dapr {

/// A Dapr secret store. Each read asks it anew, so that a rotated value is found; each is logged by name (never by
/// value), which is the audit of access (J-05).
class Secrets final : public runtime::Secrets {
 public:
  Secrets(Sidecar& sidecar, std::string store) : sidecar_(sidecar), store_(std::move(store)) {}

  /// "smtp" or "smtp:password": the second form is one key of a secret that has several.
  /// Errors besides the port's: misconfigured (no such store, or not granted), timeout.
  boost::asio::awaitable<Result<std::string>> get(std::string name) override;

 private:
  Sidecar& sidecar_;
  std::string store_;
};

}  // namespace daybook::runtime::dapr
