#!/usr/bin/env bash
# run.sh BINARY [screenshot.png]: plays the first conversation with Daybook in Chromium, against the binary with its
# embedded web app, in a folder of its own on a free port. Closes with "N passed, N failed".
set -euo pipefail
binary=$(realpath "${1:?usage: tests/e2e/run.sh BINARY [screenshot.png]}")
[ $# -lt 2 ] || DAYBOOK_SCREENSHOT=$(realpath -m "$2")
export DAYBOOK_SCREENSHOT=${DAYBOOK_SCREENSHOT:-}
cd "$(dirname "$0")"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
DAYBOOK_CHROMIUM=${DAYBOOK_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
export DAYBOOK_CHROMIUM
exec node first_conversation.mjs "$binary"
