#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::telemetry {

/// W3C Trace Context, version 00: "00-<32 hex>-<16 hex>-<2 hex>".
struct TraceContext {
  std::string trace_id;  ///< 32 lower-case hex digits, not all zero.
  std::string span_id;   ///< 16, likewise.
  bool sampled = true;

  std::string header() const;
};

/// Nullopt for anything that the recommendation calls invalid; unknown versions are read as far as they agree.
std::optional<TraceContext> parse_traceparent(std::string_view text);

/// A new trace.
TraceContext begin_trace(bool sampled = true);
/// The next span of the trace that `traceparent` names, or of a new trace if it names none.
TraceContext continue_trace(std::string_view traceparent);

}  // namespace daybook::telemetry
