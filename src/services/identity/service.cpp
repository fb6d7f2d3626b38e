#include "services/identity/service.hpp"

namespace daybook::identity {

using boost::asio::awaitable;

namespace {

std::int64_t unix_seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

std::string new_secret() { return base64url_encode(random_bytes(32)); }

constexpr std::size_t kSeedBatch = 256;

/// Takes `user` out of `users` at its end.
class Checked {
 public:
  Checked(std::unordered_set<UserId>& users, const UserId& user) : users_(users), user_(user) {}
  Checked(const Checked&) = delete;
  ~Checked() { users_.erase(user_); }

 private:
  std::unordered_set<UserId>& users_;
  UserId user_;
};

}  // namespace

Sha256 secret_hash(std::string_view secret) { return sha256(secret); }

Service::Service(Store& store, const WallClock& clock, Limits limits, runtime::Secrets* secrets)
    : store_(store),
      clock_(clock),
      limits_(std::move(limits)),
      hasher_(limits_.hash_cost),
      keys_(store, clock, secrets) {}

std::string Service::access_token(const User& user, SessionId session, Instant now,
                                  std::chrono::seconds validity) const {
  return sign_jwt(keys_.newest(), {{"iss", limits_.issuer},
                                   {"sub", user.id.str()},
                                   {"sid", session.str()},
                                   {"tz", user.timezone},
                                   {"iat", unix_seconds(now)},
                                   {"exp", unix_seconds(now + validity)}});
}

SignedIn Service::signed_in(User user, SessionId session, std::string refresh_token, Instant now) const {
  auto token = access_token(user, session, now, limits_.access_token);
  return {std::move(user), std::move(token), limits_.access_token, std::move(refresh_token)};
}

NewSession Service::new_session(const std::string& refresh_token, Instant now) const {
  return {SessionId::make(now), secret_hash(refresh_token), now + limits_.session};
}

awaitable<Result<SignedIn>> Service::sign_up(Registration registration, Cause cause) {
  if (auto ready = co_await keys_.refresh(); !ready) co_return ready.error();
  auto taken = co_await store_.find_credentials(registration.email);
  if (!taken) co_return taken.error();
  if (*taken) co_return Error{Errc::conflict, "Sign in instead, or register with another address.", "email-taken"};
  auto hash = co_await hasher_.hash(std::move(registration.password));
  if (!hash) co_return hash.error();

  SignUp sign_up;
  sign_up.user.id = UserId::make(cause.now);
  sign_up.user.email = std::move(registration.email);
  sign_up.user.name = std::move(registration.name);
  sign_up.user.timezone = std::move(registration.timezone);
  sign_up.user.created_at = sign_up.user.updated_at = cause.now;
  sign_up.password_hash = std::move(*hash);
  auto secret = new_secret();
  sign_up.session = new_session(secret, cause.now);
  const auto session = sign_up.session.id;
  auto user = co_await store_.sign_up(std::move(sign_up), cause);
  if (!user) co_return user.error();
  co_return signed_in(std::move(*user), session, std::move(secret), cause.now);
}

awaitable<Result<SignedIn>> Service::sign_in(std::string email, std::string password, Cause cause) {
  if (auto ready = co_await keys_.refresh(); !ready) co_return ready.error();
  auto found = co_await store_.find_credentials(email);
  if (!found) co_return found.error();
  // An unknown address takes as long as a wrong password, so that nobody learns who has an account.
  std::string stored_hash;
  if (*found) stored_hash = (*found)->password_hash;
  auto right = co_await hasher_.verify(std::move(password), std::move(stored_hash));
  if (!right) co_return right.error();
  if (!*right) {
    if (*found)
      ignore(co_await store_.audit((*found)->user.id, "login-failed", "refused", "{}", cause),
             "the answer is the same, and the store has said what is wrong with it");
    co_return Error{Errc::unauthenticated, "Check the e-mail address and the password.", "wrong-credentials"};
  }
  auto secret = new_secret();
  auto session = new_session(secret, cause.now);
  auto begun = co_await store_.sign_in((*found)->user.id, session, "password", cause);
  if (!begun) co_return begun.error();
  co_return signed_in(std::move((*found)->user), session.id, std::move(secret), cause.now);
}

awaitable<Result<SignedIn>> Service::refresh(std::string refresh_token, Cause cause) {
  if (auto ready = co_await keys_.refresh(); !ready) co_return ready.error();
  if (refresh_token.empty()) co_return Error{Errc::unauthenticated, "Sign in again.", "session-ended"};
  auto secret = new_secret();
  auto next = new_session(secret, cause.now);
  auto refreshed = co_await store_.refresh(secret_hash(refresh_token), next, limits_.refresh_grace, cause);
  if (!refreshed) co_return refreshed.error();
  co_return signed_in(std::move(refreshed->user), refreshed->session, std::move(secret), cause.now);
}

awaitable<Result<>> Service::sign_out(std::string refresh_token, SessionId session, Cause cause) {
  std::optional<Sha256> hash;
  if (!refresh_token.empty()) hash = secret_hash(refresh_token);
  co_return co_await store_.sign_out(hash, session, std::move(cause));
}

/// One at a time: who guesses takes nobody else's place in the queue.
awaitable<Result<bool>> Service::is_password_of(UserId user, std::string password, std::string encoded) {
  if (!checked_.insert(user).second) {
    Error busy{Errc::rate_limited, "The current password is being checked; try again in a second."};
    busy.retry_after = std::chrono::seconds{1};
    co_return busy;
  }
  const Checked checked{checked_, user};
  co_return co_await hasher_.verify(std::move(password), std::move(encoded));
}

awaitable<Result<User>> Service::update(UpdateUser update, std::optional<std::string> new_password,
                                        std::optional<std::string> current_password, Cause cause) {
  if (new_password || update.email) {
    auto current = co_await store_.credentials(update.user);
    if (!current) co_return current.error();
    // An address sent back as it was is no change.
    if (update.email && *update.email == current->user.email) update.email.reset();
    const bool matters = new_password || update.email;
    if (matters && !update.idempotency_key.empty()) {
      auto repeated = co_await store_.is_repeated(update.user, update.idempotency_key, update.request_hash);
      if (!repeated) co_return repeated.error();
      if (*repeated) co_return co_await repeat(std::move(*current), std::move(new_password));
    }
    if (matters) {
      auto given = current_password.value_or("");
      auto right = co_await is_password_of(update.user, std::move(given), current->password_hash);
      if (!right) co_return right.error();
      if (!*right) {
        ignore(co_await store_.audit(update.user, "password-check-failed", "refused", "{}", cause),
               "the refusal stands either way");
        co_return Error{Errc::forbidden, "Give the current password as currentPassword.", "wrong-password"};
      }
    }
  }
  if (new_password) {
    auto hash = co_await hasher_.hash(std::move(*new_password));
    if (!hash) co_return hash.error();
    update.password_hash = std::move(*hash);
  }
  co_return co_await store_.update(std::move(update), std::move(cause));
}

/// The current password is another one by now. The new one is no part of the request's hash, so it is compared here.
awaitable<Result<User>> Service::repeat(Credentials current, std::optional<std::string> new_password) {
  if (new_password) {
    const auto user = current.user.id;
    auto same = co_await is_password_of(user, std::move(*new_password), std::move(current.password_hash));
    if (!same) co_return same.error();
    if (!*same)
      co_return Error{Errc::unprocessable,
                      "This Idempotency-Key was used for another request. Send a new key with a new request",
                      "idempotency-key-reused"};
  }
  co_return std::move(current.user);
}

awaitable<Result<std::pair<ApiToken, std::string>>> Service::create_token(ApiToken token, Idempotency key,
                                                                          Cause cause) {
  auto secret = "dbk_" + new_secret();
  token.id = Uuid::v7(cause.now);
  token.created_at = cause.now;
  NewToken wanted;
  wanted.token = std::move(token);
  wanted.hash = secret_hash(secret);
  wanted.idempotency_key = std::move(key.key);
  wanted.request_hash = key.request_hash;
  auto made = co_await store_.create_token(std::move(wanted), std::move(cause));
  if (!made) co_return made.error();
  co_return std::pair{std::move(*made), std::move(secret)};
}

awaitable<Result<std::vector<SeededUser>>> Service::seed(int count, std::string prefix, std::chrono::hours validity) {
  if (auto ready = co_await keys_.refresh(); !ready) co_return ready.error();
  const auto cause = cause_of("", "");
  std::vector<SeededUser> seeded;
  std::vector<SignUp> batch;
  for (int i = 1; i <= count; ++i) {
    SignUp next;
    next.user.id = UserId{Uuid::v5(Uuid{}, "seed/" + prefix + std::to_string(i))};
    next.user.email = prefix + std::to_string(i) + "@seed.invalid";
    next.user.created_at = next.user.updated_at = cause.now;
    next.session = {SessionId::make(cause.now), secret_hash(new_secret()), cause.now + validity};
    seeded.push_back({next.user.id, next.user.email, access_token(next.user, next.session.id, cause.now, validity)});
    batch.push_back(std::move(next));
    if (batch.size() < kSeedBatch && i < count) continue;
    auto stored = co_await store_.seed(std::move(batch), cause);
    if (!stored) co_return stored.error();
    batch.clear();
  }
  co_return seeded;
}

}  // namespace daybook::identity
