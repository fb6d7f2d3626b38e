#!/usr/bin/env bash
# run.sh BINARY [schemathesis options]: throws requests made from schemas/openapi.yaml, right and wrong ones, at a
# running server: no 5xx, and only answers that the document has. Closes with "N passed, N failed" over operations.
# By itself it sends the document's examples and ten made ones an operation, about a minute; --max-examples=500 makes
# more. Then the official MCP client uses the tools. (The phase "coverage" of Schemathesis 4.6 takes minutes an operation over strings with patterns.)
set -euo pipefail
binary=$(realpath "${1:?usage: tests/contract/run.sh BINARY [schemathesis options]}")
shift
cd "$(dirname "$0")/../.."
venv=build/venv-contract
if ! cmp -s tests/contract/requirements.txt $venv/requirements.txt; then
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/contract/requirements.txt
  cp tests/contract/requirements.txt $venv/
fi
exec $venv/bin/python tests/contract/run.py "$binary" "$@"
