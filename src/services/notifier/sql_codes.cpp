#include "services/notifier/sql_codes.hpp"

#include "core/hash.hpp"
#include "services/notifier/sql_rows.hpp"

namespace daybook::notifier {
namespace {

using storage::sql::Writer;

constexpr std::chrono::hours kGoodFor{24};
constexpr std::int64_t kTries = 5;
constexpr std::int64_t kMostAnHour = 5;
constexpr std::chrono::hours kHour{1};

std::string hash_of(const Uuid& channel, const std::string& code) {
  return std::string(as_chars(sha256(channel.str() + ' ' + code)));
}

std::optional<Channel> find_channel(Writer& db, const UserId& user, const Uuid& id) {
  for (auto& each : rows::load_channels(db, user))
    if (each.id == id) return std::move(each);
  return std::nullopt;
}

Error no_channel() { return {Errc::not_found, "There is no such channel."}; }

}  // namespace

Result<std::optional<Channel>> sent_code(Writer& db, const UserId& user, const Uuid& id, const std::string& code,
                                         bool again, Instant now) {
  auto channel = find_channel(db, user, id);
  if (!channel) return no_channel();
  if (channel->confirmed) return std::optional<Channel>{};
  db.run("DELETE FROM notifier_code WHERE sent_at < ?", now - kGoodFor);
  std::int64_t this_hour = 0;
  bool is_there = false;
  std::optional<Instant> oldest;
  {
    auto rows =
        db.query("SELECT channel_id, target, sent_at FROM notifier_code WHERE user_id = ? ORDER BY sent_at", user);
    while (rows.step()) {
      is_there = is_there || (rows.uuid(0) == id && rows.text(1) == channel->target);
      if (rows.instant(2) <= now - kHour) continue;
      ++this_hour;
      if (!oldest) oldest = rows.instant(2);
    }
  }
  if (is_there && !again) return std::optional<Channel>{};
  if (this_hour >= kMostAnHour) {
    Error error{Errc::rate_limited, "At most 5 codes are mailed in an hour. Try again later."};
    error.retry_after = std::chrono::ceil<std::chrono::seconds>(*oldest + kHour - now);
    return error;
  }
  db.run(
      "INSERT INTO notifier_code(user_id, id, channel_id, target, hash, sent_at, tries) VALUES (?, ?, ?, ?, ?, ?, 0)",
      user, Uuid::v7(now), id, channel->target, storage::sql::Blob{hash_of(id, code)}, now);
  return channel;
}

Result<std::optional<Channel>> try_code(Writer& db, const UserId& user, const Uuid& id, const std::string& code,
                                        Instant now) {
  auto channel = find_channel(db, user, id);
  if (!channel) return no_channel();
  if (channel->confirmed) return channel;
  Uuid newest;
  bool right = false;
  {
    auto row = db.query(
        "SELECT id, hash, tries FROM notifier_code WHERE user_id = ? AND channel_id = ? AND target = ? AND sent_at > ? "
        "ORDER BY sent_at DESC, id DESC LIMIT 1",
        user, id, channel->target, now - kGoodFor);
    if (!row.step() || row.integer(2) >= kTries) return std::optional<Channel>{};
    newest = row.uuid(0);
    right = row.blob(1) == hash_of(id, code);
  }
  if (!right) {
    db.run("UPDATE notifier_code SET tries = tries + 1 WHERE user_id = ? AND id = ?", user, newest);
    return std::optional<Channel>{};
  }
  channel->confirmed = true;
  channel->version += 1;
  rows::save(db, *channel);
  return channel;
}

}  // namespace daybook::notifier
