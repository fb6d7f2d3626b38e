#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook {

/// 128 bits as RFC 9562 writes them. The nil UUID means "none" only where a field says so.
class Uuid {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Uuid() = default;
  constexpr explicit Uuid(Bytes bytes) : bytes_(bytes) {}

  /// Takes the canonical 36 characters, in either case. Errors: invalid_argument.
  static Result<Uuid> parse(std::string_view text);
  /// Time-ordered (version 7): `now` in milliseconds, then a counter within the process, then random bits, so that
  /// ids made by one process sort in the order in which they were made. Thread-safe.
  static Uuid v7(Instant now);
  /// Name-based (version 5, SHA-1): the same space and name give the same id anywhere.
  static Uuid v5(const Uuid& space, std::string_view name);
  static Uuid random();  ///< Version 4, from the system's generator.

  std::string str() const;
  const Bytes& bytes() const { return bytes_; }
  bool is_nil() const { return bytes_ == Bytes{}; }
  int version() const { return bytes_[6] >> 4; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  Bytes bytes_{};
};

/// A UUID of one kind of thing: a task's id does not pass for a user's.
template <class Tag>
struct Id {
  Uuid value;
  Id() = default;
  explicit Id(Uuid v) : value(v) {}
  static Result<Id> parse(std::string_view text) {
    auto parsed = Uuid::parse(text);
    if (!parsed) return parsed.error();
    return Id{*parsed};
  }
  static Id make(Instant now) { return Id{Uuid::v7(now)}; }
  std::string str() const { return value.str(); }
  bool is_nil() const { return value.is_nil(); }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using UserId = Id<struct UserTag>;
using TaskId = Id<struct TaskTag>;
using SeriesId = Id<struct SeriesTag>;
using ReminderId = Id<struct ReminderTag>;
using EventId = Id<struct EventTag>;
using NotificationId = Id<struct NotificationTag>;
using ConversationId = Id<struct ConversationTag>;
using SessionId = Id<struct SessionTag>;

}  // namespace daybook

template <>
struct std::hash<daybook::Uuid> {
  std::size_t operator()(const daybook::Uuid& id) const noexcept {
    std::uint64_t high = 0, low = 0;
    for (int i = 0; i < 8; ++i) high = high << 8 | id.bytes()[i], low = low << 8 | id.bytes()[i + 8];
    return static_cast<std::size_t>(high * 0x9E3779B97F4A7C15ull ^ low);
  }
};
template <class Tag>
struct std::hash<daybook::Id<Tag>> {
  std::size_t operator()(const daybook::Id<Tag>& id) const noexcept { return std::hash<daybook::Uuid>{}(id.value); }
};
