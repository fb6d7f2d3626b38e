#pragma once

#include <memory>
#include <string>

#include "runtime/dapr/sidecar.hpp"
#include "runtime/state_store.hpp"

namespace daybook::runtime::dapr {

struct StateStoreOptions {
  std::string store = "statestore";
  /// Lock component for stores whose transactions do not roll back (Redis).
  std::string lock_store = "lockstore";
  std::chrono::milliseconds deadline{5'000};  ///< As the resiliency file's for components.
};

/// Dapr's state API. What the components do differently ends here:
/// - "only if absent" is a first-write on PostgreSQL; Redis would overwrite, so there it asks for a version that no key
///   ever has.
/// - A version that does not match inside a transaction is an unnamed error; the versions are read again to tell it
///   from a store that is away.
/// - A transaction of Redis does not roll back. There each transact() holds Dapr's lock of the keys' scope (what stands
///   before the first "/": a user), checks all versions, and only then writes; all writers of a scope must come through
///   here.
/// Keys are ASCII without "||".
class StateStore final : public runtime::StateStore {
 public:
  StateStore(Sidecar& sidecar, StateStoreOptions options) : sidecar_(sidecar), options_(std::move(options)) {}

  /// Learns which component stands behind the name. transact() does it too, if this was not called.
  /// Errors: misconfigured (no such component, or one that lacks ETags or transactions), unavailable, timeout.
  boost::asio::awaitable<Result<>> start();

  boost::asio::awaitable<Result<std::optional<Entry>>> get(std::string key) override;
  /// By Dapr's bulk reads, some keys a request.
  boost::asio::awaitable<Result<std::vector<std::optional<Entry>>>> get_many(std::vector<std::string> keys) override;
  /// Errors besides the port's: misconfigured; conflict (keys of several scopes on a store that needs the lock).
  boost::asio::awaitable<Result<>> transact(std::vector<Write> writes) override;

 private:
  enum class Kind { unknown, rolls_back, redis };

  boost::asio::awaitable<Result<>> transact_locked(std::vector<Write> writes);
  boost::asio::awaitable<Result<>> commit(const std::vector<Write>& writes);
  boost::asio::awaitable<Result<bool>> all_match(const std::vector<Write>& writes);
  boost::asio::awaitable<Result<>> lock(const std::string& scope, const std::string& owner);
  boost::asio::awaitable<void> unlock(const std::string& scope, const std::string& owner);

  Sidecar& sidecar_;
  StateStoreOptions options_;
  Kind kind_ = Kind::unknown;
};

}  // namespace daybook::runtime::dapr
