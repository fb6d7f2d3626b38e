-- One task by its number.
package.path = package.path .. ";" .. (os.getenv("BENCH_HTTP") or ".") .. "/?.lua"
local common = require("common")
local tokens, at, tasks = nil, 0, 1000
function init(args)
  tokens = common.tokens(args[1])
  tasks = tonumber(args[2] or "1000")
end
function request()
  at = at % #tokens + 1
  return wrk.format("GET", "/api/v1/tasks/" .. math.random(tasks), common.headers(tokens[at]))
end
function done(summary, latency) common.report(summary, latency) end
