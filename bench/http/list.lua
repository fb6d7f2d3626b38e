-- A page of 50 of a user who has many tasks.
package.path = package.path .. ";" .. (os.getenv("BENCH_HTTP") or ".") .. "/?.lua"
local common = require("common")
local tokens, at = nil, 0
function init(args) tokens = common.tokens(args[1]) end
function request()
  at = at % #tokens + 1
  return wrk.format("GET", "/api/v1/tasks?limit=50", common.headers(tokens[at]))
end
function done(summary, latency) common.report(summary, latency) end
