-- Durable creates: a title of a few words, a tag, a due time and a reminder, as a person would enter.
-- `-- TOKENS [MILLISECONDS]`: the pause of each connection between two requests.
package.path = package.path .. ";" .. (os.getenv("BENCH_HTTP") or ".") .. "/?.lua"
local common = require("common")
local tokens, at = nil, 0
local words = { "call", "dentist", "invoice", "garden", "report", "milk", "train", "letter", "meeting", "roof", "bike",
  "exam", "passport", "soup", "lamp", "window", "paint", "budget", "flight", "birthday" }

function init(args)
  tokens = common.tokens(args[1])
  local pause = tonumber(args[2] or "0")
  -- wrk asks for a delay only where there is such a function.
  if pause > 0 then function delay() return pause end end
  math.randomseed(os.time())
end

function request()
  at = at % #tokens + 1
  local title = words[math.random(#words)] .. " " .. words[math.random(#words)] .. " " .. math.random(100000)
  local body = string.format(
    '{"title":"%s","priority":"high","tags":["%s"],"dueAt":"2031-%02d-%02dT15:00:00Z","reminders":[{"before":"PT30M"}]}',
    title, words[math.random(#words)], math.random(12), math.random(28))
  return wrk.format("POST", "/api/v1/tasks", common.headers(tokens[at]), body)
end

function done(summary, latency) common.report(summary, latency) end
