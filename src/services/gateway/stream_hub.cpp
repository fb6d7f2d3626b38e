#include "services/gateway/stream_hub.hpp"

#include <algorithm>
#include <charconv>

#include "telemetry/log.hpp"

namespace daybook::gateway {
namespace {

using boost::asio::awaitable;

constexpr int kPage = 200;
/// Who missed more than this is faster by loading everything again.
constexpr int kMaxPages = 25;

std::shared_ptr<const std::string> message_of(const CloudEvent& event, const std::string& cursor) {
  auto text = to_json(event);
  text.back() = ',';
  return std::make_shared<const std::string>(text + R"("cursor":")" + cursor + "\"}");
}

}  // namespace

bool is_shown(std::string_view type) {
  for (std::string_view prefix : {"task.", "recurring-task.", "reminder.", "notification.", "chat.", "user.updated"})
    if (type.starts_with(prefix)) return true;
  return false;
}

bool concerns_the_gateway(std::string_view type) {
  return type == "session.revoked" || type == "user.updated" || type == "user.deleted";
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == text.npos || dash == 0 || dash > 64) return std::nullopt;
  Cursor cursor{std::string(text.substr(0, dash)), 0};
  const auto digits = text.substr(dash + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.position);
  if (failure != std::errc{} || end != digits.data() + digits.size() || cursor.position < 0) return std::nullopt;
  return cursor;
}

Result<> StreamHub::has_place(const UserId& user) const {
  const auto taken = places_->find(user);
  if (taken == places_->end() || taken->second < max_per_user_) return {};
  return Error{Errc::rate_limited,
               "At most " + std::to_string(max_per_user_) + " live connections a user. Close one that is not needed.",
               "too-many-connections"};
}

Result<StreamHub::Place> StreamHub::take_place(const UserId& user) {
  if (auto room = has_place(user); !room) return room.error();
  ++(*places_)[user];
  auto give_back = [places = places_, user](const void*) {
    const auto taken = places->find(user);
    if (--taken->second == 0) places->erase(taken);
  };
  return Place{this, std::move(give_back)};
}

awaitable<Result<Cursor>> StreamHub::end_of_log(UserId user) {
  auto ends = co_await log_.ends(user);
  if (!ends) co_return ends.error();
  co_return Cursor{ends->epoch, ends->last};
}

awaitable<void> StreamHub::serve(std::shared_ptr<http::PushChannel> channel, Credential credential,
                                 std::optional<std::string> cursor) {
  const auto user = credential->user;
  auto stream = std::make_shared<Stream>();
  stream->channel = channel;
  stream->credential = credential.id;
  stream->ends_at = credential.ends_at;
  // Registered before anything is read, so that no commit falls between reading and listening.
  add(user, stream);
  std::string failure;
  try {
    bool going = co_await begin(*stream, user, cursor);
    if (going) going = co_await catch_up(stream, user);
    // What a client says is of no meaning; waiting for it is how we notice that it has gone.
    while (going) going = (co_await channel->receive()).has_value();
  } catch (const std::exception& exception) {
    failure = exception.what();
  }
  remove(user, stream);
  if (!failure.empty()) log::error("a stream failed", {{"error", failure}});
}

/// Finds where the stream starts. False: it could not be found out, or the client has gone.
awaitable<bool> StreamHub::begin(Stream& stream, UserId user, const std::optional<std::string>& cursor) {
  const auto ends = co_await log_.ends(user);
  if (!ends) {
    stream.channel->close(kTryAgainLater, "The event log is away; connect again.");
    co_return false;
  }
  stream.sent = {ends->epoch, ends->last};
  if (!cursor) co_return true;
  const auto wanted = parse_cursor(*cursor);
  const bool known =
      wanted && wanted->epoch == ends->epoch && wanted->position <= ends->last && wanted->position >= ends->first - 1;
  if (!known) co_return resync(stream, ends->last);
  stream.sent = *wanted;
  co_return true;
}

bool StreamHub::resync(Stream& stream, std::int64_t position) {
  stream.sent.position = position;
  const auto now = clock_.now();
  const auto cursor = stream.sent.str();
  const auto text = R"({"specversion":"1.0","id":")" + Uuid::v7(now).str() +
                    R"(","source":"/daybook/gateway","type":"resync","time":")" + format_rfc3339(now) +
                    R"(","cursor":")" + cursor + "\"}";
  return stream.channel->send(std::make_shared<const std::string>(text), cursor);
}

awaitable<bool> StreamHub::catch_up(std::shared_ptr<Stream> stream, UserId user) {
  for (int page = 0;; ++page) {
    auto missed = co_await log_.read(user, stream->sent.position, kPage);
    if (!missed) {
      stream->channel->close(kTryAgainLater, "The event log is away; connect again.");
      co_return false;
    }
    const bool more = static_cast<int>(missed->size()) == kPage;
    if (!co_await send_missed(*stream, std::move(*missed))) co_return false;
    if (!more && stream->behind_to <= stream->sent.position) break;
    if (page < kMaxPages) continue;
    const auto ends = co_await log_.ends(user);
    if (!ends || !resync(*stream, ends->last)) co_return false;
    page = 0;
  }
  // No await between the check above and here: nothing can come in between.
  stream->live = true;
  co_return true;
}

/// As fast as the client reads, so that who missed much is not taken for a slow reader.
awaitable<bool> StreamHub::send_missed(Stream& stream, std::vector<StreamEvent> missed) {
  for (const auto& [position, event] : missed) {
    stream.sent.position = position;
    if (!is_shown(event->type)) continue;
    if (!co_await stream.channel->drained()) co_return false;
    const auto cursor = stream.sent.str();
    if (!stream.channel->send(message_of(*event, cursor), cursor)) co_return false;
  }
  co_return true;
}

void StreamHub::publish(const std::vector<StreamEvent>& events) {
  for (const auto& [position, event] : events) {
    published_ = std::max(published_, position);
    const auto found = streams_.find(event->user);
    if (found == streams_.end() || !is_shown(event->type)) continue;
    std::shared_ptr<const std::string> message;
    std::string cursor;
    for (const auto& stream : found->second) {
      if (!stream->live) {
        stream->behind_to = std::max(stream->behind_to, position);
        continue;
      }
      if (position <= stream->sent.position) continue;
      stream->sent.position = position;
      if (!message) {
        cursor = stream->sent.str();
        message = message_of(*event, cursor);
      }
      stream->channel->send(message, cursor);  // Too slow: it closes itself.
    }
  }
}

int StreamHub::caught_up() const {
  int count = 0;
  for (const auto& [user, streams] : streams_)
    for (const auto& stream : streams) count += stream->live;
  return count;
}

void StreamHub::end_credential(const Uuid& id) {
  if (id.is_nil()) return;
  for (const auto& [user, streams] : streams_)
    for (const auto& stream : streams)
      if (stream->credential == id) stream->channel->close(kSessionEnded, "The session has ended; sign in again.");
}

void StreamHub::end_expired() {
  const auto now = clock_.now();
  for (const auto& [user, streams] : streams_)
    for (const auto& stream : streams)
      if (stream->ends_at <= now) stream->channel->close(kSessionEnded, "The session has ended; sign in again.");
}

void StreamHub::end_user(const UserId& user) {
  const auto found = streams_.find(user);
  if (found == streams_.end()) return;
  for (const auto& stream : found->second) stream->channel->close(kSessionEnded, "The account was deleted.");
}

void StreamHub::add(const UserId& user, std::shared_ptr<Stream> stream) {
  auto& streams = streams_[user];
  if (streams.empty()) log_.follow(user);
  streams.push_back(std::move(stream));
  open_.fetch_add(1, std::memory_order_relaxed);
}

void StreamHub::remove(const UserId& user, const std::shared_ptr<Stream>& stream) {
  const auto found = streams_.find(user);
  if (found == streams_.end()) return;
  std::erase(found->second, stream);
  if (found->second.empty()) {
    streams_.erase(found);
    log_.unfollow(user);
  }
  open_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace daybook::gateway
