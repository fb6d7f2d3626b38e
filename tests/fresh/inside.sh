# Runs inside the fresh root (see run.sh): what the README says, typed by somebody who has git and nothing of ours.
cd /root || exit 1
address=${DAYBOOK_LISTEN:-127.0.0.1:8000}
results=/machine/results
started=0
passed() { echo "ok      $1 ($((SECONDS - started)) s)"; echo "passed 1" >>$results; started=$SECONDS; }
failed() { echo "FAILED  $1 ($((SECONDS - started)) s)"; echo "failed 1 $1" >>$results; exit 1; }

# METHOD PATH [BODY [TOKEN]] gives the answer with its headers. There is no curl on a fresh machine.
request() (
  exec 2>/dev/null 3<>"/dev/tcp/${address/://}" || exit 1
  {
    printf '%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n' "$1" "$2" "$address"
    [ -z "${4:-}" ] || printf 'Authorization: Bearer %s\r\n' "$4"
    [ -z "${3:-}" ] || printf 'Content-Type: application/json\r\nContent-Length: %d\r\n' "${#3}"
    printf '\r\n%s' "${3:-}"
  } >&3
  cat <&3
)

git clone -q /machine/daybook.git daybook && cd daybook || failed "git clone"
echo "Debian $(cat /etc/debian_version), $(dpkg-query -W -f '.' | wc -c) packages, daybook $(git log -1 --format=%h)"

./scripts/run >/machine/run.log 2>&1 &
server=$!
until [[ $(request GET /readiness) == *' 200 '* ]]; do
  kill -0 $server 2>/dev/null || { tail -n 40 /machine/run.log; failed "./scripts/run serves"; }
  sleep 1
done
grep -q "http://$address" /machine/run.log || { tail -n 5 /machine/run.log; failed "./scripts/run says where it serves"; }
passed "./scripts/run installs, builds, serves and says where"

[[ $(request GET /) == *'<title>Daybook'* ]] || failed "the web app is served"
answer=$(request POST /api/v1/auth/register '{"email":"new@example.org","password":"a long new password"}')
token=$(sed -nE 's/.*"accessToken":"([^"]+)".*/\1/p' <<<"$answer")
answer=$(request POST /api/v1/chat '{"message":"Pay bills on the 1st of every month, remind me the day before at 6pm"}' "$token")
[[ $answer == *' 200 '* ]] || { echo "$answer"; failed "the chat answers"; }
[[ $(request GET /api/v1/recurring '' "$token") == *FREQ=MONTHLY* ]] || failed "the chat made the recurring task"
passed "somebody signs up and the chat makes a recurring task"

kill -TERM $server
wait $server || { tail -n 5 /machine/run.log; failed "the server stops when asked"; }
passed "the server stops when asked"

./scripts/test "$@" >/machine/test.log 2>&1 || { tail -n 100 /machine/test.log; failed "./scripts/test $*"; }
tail -n 4 /machine/test.log
passed "./scripts/test $*"
