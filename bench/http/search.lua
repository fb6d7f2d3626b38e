-- Search by two words, other words each time.
package.path = package.path .. ";" .. (os.getenv("BENCH_HTTP") or ".") .. "/?.lua"
local common = require("common")
local tokens, at = nil, 0
local words = { "call", "dentist", "invoice", "garden", "report", "milk", "train", "letter", "meeting", "roof", "bike",
  "exam", "passport", "soup", "lamp", "window", "paint", "budget", "flight", "birthday" }
function init(args) tokens = common.tokens(args[1]) end
function request()
  at = at % #tokens + 1
  local query = words[math.random(#words)] .. "+" .. words[math.random(#words)]
  return wrk.format("GET", "/api/v1/tasks/search?limit=50&q=" .. query, common.headers(tokens[at]))
end
function done(summary, latency) common.report(summary, latency) end
