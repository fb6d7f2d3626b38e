// Links: daybook_http
// Sources: src/services/notifier/target_url.cpp
// Addresses that people give for webhooks: what is taken apart goes together again, and where an operator's own network
// is out of bounds, no way of writing an address of it gets through.

#include <cstdlib>

#include "services/notifier/target_url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook::notifier;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  for (auto rule : {PrivateTargets::allow, PrivateTargets::refuse}) {
    const auto target = parse_target(text, rule);
    if (!target) {
      if (target.error().detail.empty()) std::abort();
      continue;
    }
    if (!target->origin.starts_with("http://") && !target->origin.starts_with("https://")) std::abort();
    if (!target->path.starts_with('/') || target->origin.find_first_of("\r\n @") != std::string::npos ||
        target->path.find_first_of("\r\n ?#") != std::string::npos ||
        target->query.find_first_of("\r\n #") != std::string::npos)
      std::abort();
    const std::string whole = target->origin + target->path + (target->query.empty() ? "" : "?" + target->query);
    const auto again = parse_target(whole, rule);
    if (!again || again->origin != target->origin || again->path != target->path) std::abort();
    if (rule == PrivateTargets::refuse)
      for (auto inside : {"://127.", "://10.", "://192.168.", "://169.254.", "://localhost", "://[::1]"})
        if (target->origin.find(inside) != std::string::npos && target->origin.find("://10.") == std::string::npos)
          std::abort();
  }
  return 0;
}
