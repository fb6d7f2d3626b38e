// Links: daybook_telemetry
// Tokens and trace headers from strangers: nothing verifies that we did not sign, and what is read is written alike.

#include <cstdlib>

#include "core/jwt.hpp"
#include "telemetry/trace.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace daybook;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  static const auto key = *VerifyingKey::from_jwk(to_jwk(SigningKey::generate("k")));
  if (const auto token = parse_jwt(text))
    if (verify_jwt(*token, key, Instant{})) std::abort();
  if (const auto value = parse_json(text); value && value->is_object())
    if (const auto made = VerifyingKey::from_jwk(value->get_object()))
      if (made->verify("text", text)) std::abort();
  if (const auto trace = telemetry::parse_traceparent(text)) {
    const auto again = telemetry::parse_traceparent(trace->header());
    if (!again || again->trace_id != trace->trace_id || again->sampled != trace->sampled) std::abort();
  }
  return 0;
}
