#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/hash.hpp"

namespace daybook::audit {

/// One link of a user's chain.
struct Entry {
  UserId user;
  std::int64_t sequence = 0;  ///< From 1 without gaps, a user.
  EventId event;
  Instant at{};               ///< When the event happened.
  std::string action;         ///< The event's type: "task.completed".
  std::string resource_type;  ///< "task".
  std::string resource_id;
  std::string correlation_id;
  std::string payload;  ///< The event's data as JSON; empty once erased.
  std::string salt;     ///< 16 bytes; empty once erased.
  Sha256 payload_hash{};
  Sha256 hash{};
};

/// Where a user's chain ends. The zero head is the start.
struct Head {
  std::int64_t sequence = 0;
  Sha256 hash{};
};

/// The next link after `head`, and moves `head` to it. `salt` is 16 random bytes.
Entry link(Head& head, const CloudEvent& event, std::string salt);

/// Whether `entry` follows `head`; moves `head` to it if so. An erased entry is checked by its inner hash alone.
bool follows(Head& head, const Entry& entry);

/// What of an entry is hashed beside its payload, so that no field can be changed unseen.
std::string canonical_payload(const Entry& entry);

}  // namespace daybook::audit
