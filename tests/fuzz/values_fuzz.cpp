// Links: daybook_domain daybook_telemetry
// Single values of requests: what is taken is written back in one form, which is taken again and means the same.

#include <cstdlib>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "domain/series.hpp"
#include "domain/task_query.hpp"
#include "telemetry/trace.hpp"

using namespace daybook;

namespace {

template <class T>
void same(const Result<T>& again, const T& first) {
  if (!again || *again != first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  if (const auto instant = parse_rfc3339(text)) same(parse_rfc3339(format_rfc3339(*instant)), *instant);
  if (const auto date = parse_date(text)) {
    if (!date->ok()) std::abort();
    same(parse_date(format_date(*date)), *date);
  }
  if (const auto local = parse_local(text)) same(parse_local(format_local(*local)), *local);
  if (const auto duration = parse_duration(text)) same(parse_duration(format_duration(*duration)), *duration);
  if (const auto id = Uuid::parse(text)) same(Uuid::parse(id->str()), *id);
  if (const auto trace = telemetry::parse_traceparent(text)) {
    const auto again = telemetry::parse_traceparent(trace->header());
    if (!again || again->trace_id != trace->trace_id || again->span_id != trace->span_id) std::abort();
  }
  ignore(domain::parse_when(text), "must only not crash");
  ignore(domain::parse_recurrence_id(text), "must only not crash");
  return 0;
}
