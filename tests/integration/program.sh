#!/usr/bin/env bash
# program.sh DAYBOOK DAYBOOK-TEST: how the program starts, refuses to start, and stops.
. scripts/lib.sh
daybook=$(realpath "$1")
daybook_test=$(realpath "$2")
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$dir"' EXIT
port=$((20000 + RANDOM % 20000))
url=http://127.0.0.1:$port

serve() { # program data
  "$1" serve --listen "127.0.0.1:$port" --data "$2" >"$dir/out" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    curl -fs "$url/readiness" >/dev/null && return 0
    kill -0 $server 2>/dev/null || return 1
    read -rt 0.05 <> <(:) || true
  done
  return 1
}
stop() { kill -TERM $server && wait $server; }
refuses() { # code words… -- command…
  local code=$1 words=$2
  shift 2
  "$@" >"$dir/refusal" 2>&1
  local status=$?
  [ $status -eq "$code" ] && grep -q "$words" "$dir/refusal" || { cat "$dir/refusal"; echo "ended with $status"; return 1; }
}

# Design, rule 6
no_test_hooks() {
  serve "$daybook" "$dir/a" || return 1
  local status
  status=$(curl -s -o /dev/null -w '%{http_code}' -XPOST "$url/test/clock" -d '{"advance":"PT1H"}')
  stop
  [ "$status" = 404 ] && ! grep -aq /test/clock "$daybook" && ! grep -aq DAYBOOK_FAULT "$daybook"
}
check "no test clock and no fault hook is shipped" no_test_hooks

test_clock() {
  serve "$daybook_test" "$dir/b" || return 1
  local answer
  answer=$(curl -s -XPOST "$url/test/clock" -d '{"now":"2031-05-06T07:08:09Z"}')
  stop
  [[ $answer == *2031-05-06T07:08:09* ]]
}
check "daybook-test has a clock that tests set" test_clock

in_use() {
  serve "$daybook" "$dir/a" || return 1
  refuses 3 "in use" "$daybook" serve --listen "127.0.0.1:$port" --data "$dir/c" &&
    refuses 3 "in use" "$daybook" serve --listen 127.0.0.1:0 --data "$dir/a" && stop
}
check "a port or a folder in use is said" in_use

check "a wrong setting is said" refuses 3 "DAYBOOK_LISTEN" env DAYBOOK_LISTEN=nowhere "$daybook" serve --data "$dir/a"
check "a wrong option is a usage error" refuses 2 "" "$daybook" serve --no-such-option
touch "$dir/file"
check "a file in the folder's place is said" refuses 3 "is a file" "$daybook" serve --listen 127.0.0.1:0 --data "$dir/file"

corrupt() {
  mkdir -p "$dir/d" && head -c 40000 /dev/zero | tr '\0' x >"$dir/d/daybook.db"
  "$daybook" serve --listen 127.0.0.1:0 --data "$dir/d" >"$dir/refusal" 2>&1
  [ $? -ne 0 ] && grep -q "daybook.db" "$dir/refusal" && [ "$(stat -c %s "$dir/d/daybook.db")" = 40000 ]
}
check "a damaged file is said and left alone" corrupt

backup_and_restore() {
  serve "$daybook" "$dir/e" || return 1
  echo "a long password" | "$daybook" user add person@example.org --data "$dir/e" >/dev/null || return 1
  "$daybook" backup "$dir/backup" --data "$dir/e" >/dev/null && stop || return 1
  "$daybook" restore "$dir/backup" --data "$dir/f" >/dev/null || return 1
  "$daybook" events tail --data "$dir/f" | grep -q user.registered
}
check "a backup of a running server restores elsewhere" backup_and_restore

# F-09
reload_and_stop() {
  serve "$daybook" "$dir/a" || return 1
  kill -HUP $server
  curl -fs "$url/health" >/dev/null && stop && grep -q '"configuration reloaded"' "$dir/out" && grep -q '"stopped"' "$dir/out"
}
check "SIGHUP reloads, SIGTERM ends cleanly" reload_and_stop
