#include "services/gateway/tickets.hpp"

#include "core/hash.hpp"

namespace daybook::gateway {
namespace {

constexpr std::size_t kMaxTickets = 100'000;

}  // namespace

boost::asio::awaitable<Result<std::string>> LocalTickets::issue(Credential credential) {
  const auto now = clock_.now();
  if (tickets_.size() % 1024 == 1023 || tickets_.size() >= kMaxTickets)
    std::erase_if(tickets_, [&](const auto& each) { return each.second.expires_at <= now; });
  if (tickets_.size() >= kMaxTickets) tickets_.clear();
  auto ticket = base64url_encode(random_bytes(24));
  tickets_.emplace(ticket, Ticket{std::move(credential), now + kValid});
  co_return ticket;
}

boost::asio::awaitable<Result<Credential>> LocalTickets::redeem(std::string ticket) {
  const auto found = tickets_.find(ticket);
  Credential out;
  if (found == tickets_.end()) co_return out;
  auto held = std::move(found->second);
  tickets_.erase(found);
  if (clock_.now() < held.expires_at) out = std::move(held.credential);
  co_return out;
}

void LocalTickets::revoke(const Uuid& credential) {
  std::erase_if(tickets_, [&](const auto& each) { return each.second.credential.id == credential; });
}

}  // namespace daybook::gateway
