#!/usr/bin/env bash
# bench/postgres/run.sh [BUILD] [SECONDS] [USERS]: the store on PostgreSQL beside pgbench with the same statements, on a
# server of its own that syncs every commit (three runs of SECONDS each); then lists and searches of a user with 10,000 tasks among USERS × 10,000.
set -euo pipefail
build=${1:-build/release} seconds=${2:-20} users=${3:-100} clients=16
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
dir=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$dir"
trap 'as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
as "$bin/initdb" -D "$dir/data" -A trust -U daybook --locale=C.UTF-8 >/dev/null
as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start \
  -o "-c listen_addresses= -c unix_socket_directories=$dir -c shared_buffers=256MB -c max_wal_size=4GB" >/dev/null
url() { echo "host=$dir user=daybook dbname=$1"; }
export PGOPTIONS='-c client_min_messages=warning'
sql() { "$bin/psql" -qAt -h "$dir" -U daybook "$@"; }

# Each pair on fresh databases, one after the other, so that both meet the same machine; the middle of three counts.
figures=$dir/figures
for i in 1 2 3; do
  for name in ours theirs; do
    sql postgres -c "DROP DATABASE IF EXISTS $name" -c "CREATE DATABASE $name"
    # Each begins with the same 64 users.
    "$build/bench/postgres/daybook_postgres_store" "$(url $name)" create 1 64 >/dev/null
  done
  "$build/bench/postgres/daybook_postgres_store" "$(url ours)" create "$seconds" $clients | tee "$dir/ours"
  "$bin/pgbench" -h "$dir" -U daybook -n -M prepared -c $clients -j 1 -T "$seconds" -f bench/postgres/create_task.sql theirs |
    sed -n 's/^tps = /pgbench: /p' | tee "$dir/theirs"
  awk 'NR == FNR { ours = $2; next } { printf "%.0f %.0f %.3f\n", ours, $2, ours / $2 }' "$dir/ours" "$dir/theirs" >>"$figures"
done
sort -k3 -n "$figures" | awk 'NR == 2 { printf "creates: %d a second, pgbench %d: %.0f %% (target: 80 %%)\n", $1, $2, 100 * $3 }'
sql postgres -c "CREATE DATABASE big"
"$build/bench/postgres/daybook_postgres_store" "$(url big)" fill "$users"
echo "lists and searches (target: p95 <= 10 ms):"
sql big -c 'VACUUM ANALYZE'
"$build/bench/postgres/daybook_postgres_store" "$(url big)" read 5
