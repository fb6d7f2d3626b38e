-- Shared by the wrk scripts: one token a request, in turn, from the file that `daybook user seed --tokens` wrote.
local M = {}

function M.tokens(path)
  local list = {}
  for line in io.lines(path) do
    local token = line:match("(%S+)%s*$")
    if token then list[#list + 1] = token end
  end
  assert(#list > 0, "no tokens in " .. path)
  return list
end

-- wrk runs this file in each thread with the arguments that follow "--".
function M.headers(token)
  return { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
end

function M.report(summary, latency)
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"rate":%.1f,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end

return M
