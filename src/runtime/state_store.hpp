#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace daybook::runtime {

/// Key-value state with optimistic concurrency, as Dapr's state API has it. Keys are ASCII without "||".
class StateStore {
 public:
  struct Entry {
    std::string value;  ///< JSON text.
    std::string etag;
  };
  struct Write {
    std::string key;
    std::optional<std::string> value;  ///< nullopt deletes.
    std::optional<std::string> etag;   ///< The write happens only on this version; "" means "only if absent".
    std::optional<std::chrono::seconds> ttl;
  };
  virtual ~StateStore() = default;
  virtual boost::asio::awaitable<Result<std::optional<Entry>>> get(std::string key) = 0;
  /// In the order of the keys. Each is read by itself: together they are no state that ever was.
  virtual boost::asio::awaitable<Result<std::vector<std::optional<Entry>>>> get_many(std::vector<std::string> keys) {
    std::vector<std::optional<Entry>> entries;
    for (auto& key : keys) {
      auto entry = co_await get(std::move(key));
      if (!entry) co_return entry.error();
      entries.push_back(std::move(*entry));
    }
    co_return entries;
  }
  /// All or nothing. Errors: version_mismatch, unavailable.
  virtual boost::asio::awaitable<Result<>> transact(std::vector<Write> writes) = 0;
};

}  // namespace daybook::runtime
