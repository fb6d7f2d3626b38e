// Events from the outside: what is taken must be written and read back as the same event.

#include <cstdlib>

#include "core/cloud_event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  const auto event = parse_cloud_event({reinterpret_cast<const char*>(bytes), size});
  if (!event) return 0;
  const auto again = parse_cloud_event(to_json(*event));
  if (!again || again->id != event->id || again->user != event->user || again->type != event->type) std::abort();
  return 0;
}
