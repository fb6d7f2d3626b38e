#include "services/gateway/tickets.hpp"

#include "core/hash.hpp"

namespace daybook::gateway {
namespace {

constexpr std::size_t kMaxTickets = 100'000;

}  // namespace

std::string Tickets::issue(const Principal& principal) {
  const auto now = clock_.now();
  if (tickets_.size() % 1024 == 1023 || tickets_.size() >= kMaxTickets)
    std::erase_if(tickets_, [&](const auto& each) { return each.second.expires_at <= now; });
  if (tickets_.size() >= kMaxTickets) tickets_.clear();
  auto ticket = base64url_encode(random_bytes(24));
  tickets_.emplace(ticket, Ticket{principal, now + kValid});
  return ticket;
}

std::optional<Principal> Tickets::redeem(const std::string& ticket) {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return std::nullopt;
  auto held = std::move(found->second);
  tickets_.erase(found);
  if (clock_.now() >= held.expires_at) return std::nullopt;
  return std::move(held.principal);
}

void Tickets::revoke(const SessionId& session) {
  std::erase_if(tickets_, [&](const auto& each) { return each.second.principal.session == session; });
}

}  // namespace daybook::gateway
