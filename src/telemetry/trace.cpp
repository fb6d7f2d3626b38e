#include "telemetry/trace.hpp"

#include <algorithm>
#include <random>

#include "core/hash.hpp"

namespace daybook::telemetry {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != text.npos; }

/// Ids must not collide; nobody has to be unable to guess them. So the generator is seeded once a thread.
std::string random_id(int words) {
  thread_local std::mt19937_64 generator = [] {
    const auto seed = random_bytes(16);
    std::seed_seq sequence(seed.begin(), seed.end());
    return std::mt19937_64{sequence};
  }();
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < words; ++i) {
    auto bits = generator() | 1;  // Never all zero.
    for (int digit = 0; digit < 16; ++digit, bits >>= 4) out += kHex[bits & 15];
  }
  return out;
}

}  // namespace

std::string TraceContext::header() const { return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00"); }

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const auto version = text.substr(0, 2), flags = text.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
  if (text.size() > 55 && (version == "00" || text[55] != '-')) return std::nullopt;
  TraceContext context{std::string(text.substr(3, 32)), std::string(text.substr(36, 16)), false};
  if (!is_id(context.trace_id) || !is_id(context.span_id)) return std::nullopt;
  const char low = flags[1];
  context.sampled = ((low >= 'a' ? low - 'a' + 10 : low - '0') & 1) != 0;
  return context;
}

TraceContext begin_trace(bool sampled) { return {random_id(2), random_id(1), sampled}; }

TraceContext continue_trace(std::string_view traceparent) {
  auto context = parse_traceparent(traceparent);
  if (!context) return begin_trace();
  context->span_id = random_id(1);
  return *context;
}

}  // namespace daybook::telemetry
