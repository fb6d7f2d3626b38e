#!/usr/bin/env bash
# run.sh DAYBOOK-TEST [case…]: sends messages through every channel to real receivers on the loopback that fail on
# purpose. The program's clock is moved, so that no retry is waited for. Closes with "N passed, N failed".
set -euo pipefail
binary=$(realpath "${1:?usage: tests/channels/run.sh DAYBOOK-TEST [case…]}")
shift
cd "$(dirname "$0")/../.."
venv=build/venv-channels
if [ ! -x $venv/bin/python ] || ! cmp -s tests/channels/requirements.txt $venv/requirements.txt; then
  python3 -m venv --clear $venv
  $venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/channels/requirements.txt
  cp tests/channels/requirements.txt $venv/
fi
exec $venv/bin/python -W ignore tests/channels/run.py "$binary" "$@"
