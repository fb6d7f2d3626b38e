-- PocketBase under the loads of create.lua, list.lua and search.lua: `-- TOKENS create|list|search`.
package.path = package.path .. ";" .. (os.getenv("BENCH_HTTP") or ".") .. "/?.lua"
local common = require("common")
local users, at, what = {}, 0, "create"
local words = { "call", "dentist", "invoice", "garden", "report", "milk", "train", "letter", "meeting", "roof", "bike",
  "exam", "passport", "soup", "lamp", "window", "paint", "budget", "flight", "birthday" }

function init(args)
  for line in io.lines(args[1]) do
    local id, token = line:match("(%S+) (%S+)")
    users[#users + 1] = { id = id, headers = { ["Authorization"] = token, ["Content-Type"] = "application/json" } }
  end
  what = args[2]
  math.randomseed(os.time())
end

local function word() return words[math.random(#words)] end

function request()
  at = at % #users + 1
  local user = users[at]
  if what == "create" then
    local month, day = math.random(12), math.random(28)
    return wrk.format("POST", "/api/collections/tasks/records", user.headers, string.format(
      '{"user":"%s","title":"%s %s %d","priority":"high","tags":["%s"],"due":"2031-%02d-%02d 15:00:00.000Z","remind":"2031-%02d-%02d 14:30:00.000Z"}',
      user.id, word(), word(), math.random(100000), word(), month, day, month, day))
  end
  local path = "/api/collections/tasks/records?perPage=50&skipTotal=1&sort=-created"
  if what == "search" then path = path .. "&filter=(title~'" .. word() .. "'%26%26title~'" .. word() .. "')" end
  return wrk.format("GET", path, user.headers)
end

function done(summary, latency) common.report(summary, latency) end
