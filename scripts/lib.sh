# Shared by the scripts; sourced with the repository's root as the current folder.

say() { printf '\n== %s\n' "$*"; }

# Builds targets of a preset (all of them if none is named).
build() {
  local preset=$1
  shift
  cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; return 1; }
  rm -f "build-$preset.log"
  # Not by $? alone: a caller with set -e would end here without a word.
  local status=0
  ninja -C "build/$preset" "$@" >"build-$preset.log" 2>&1 || status=$?
  [ $status -eq 0 ] || grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Re-checking|Generating)' "build-$preset.log" | tail -n 200
  rm -f "build-$preset.log"
  return $status
}

# What package-lock.json names. `npm ci` refuses where the registry lacks builds for other platforms, which the lock
# leaves out then; `npm install` passes over them, and changes no file.
install_node_modules() {
  npm ci --no-audit --no-fund --loglevel=silent || npm install --no-save --no-audit --no-fund --loglevel=error
}

# Builds the web app into web/dist unless what is there was built from the same files.
build_web() {
  [ -f web/package.json ] || return 0
  local stamp # A file that is gone, or a link to a folder, has no sum: no reason to stop.
  stamp=$(git ls-files -co --exclude-standard web schemas | sort | { xargs sha256sum 2>/dev/null || true; } | sha256sum | cut -d' ' -f1)
  [ -d web/dist ] && [ "$(cat web/dist/.built-from 2>/dev/null)" = "$stamp" ] && return 0
  say "Building the web app"
  (cd web && install_node_modules && npm run --silent build) || return 1
  echo "$stamp" >web/dist/.built-from
}

# What a suite reports; scripts/test adds it up. A skip gives its reason.
passed() { echo "passed $1" >>"$RESULTS"; }
failed() { echo "failed $1 ${*:2}" >>"$RESULTS"; }
skipped() { echo "skipped $1 ${*:2}" >>"$RESULTS"; }

# Runs one command as one test of the suite.
check() {
  local name=$1
  shift
  if "$@"; then passed 1; else
    echo "FAILED: $name"
    failed 1 "$name"
  fi
}

# Runs a program that closes with "N passed, N failed", and reports that.
counted() {
  local log counts
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  counts=$(tail -n 1 "$log")
  rm -f "$log"
  [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || { failed 1 "the test did not finish"; return 0; }
  passed "${BASH_REMATCH[1]}"
  [ "${BASH_REMATCH[2]}" -eq 0 ] || failed "${BASH_REMATCH[2]}" "see above"
}

# run_ctest PRESET [ctest arguments]: runs a built preset's tests and reports each case.
run_ctest() {
  local preset=$1 report
  shift
  report=$(mktemp)
  (cd "build/$preset" && ctest -j "$(nproc)" --timeout 300 --output-on-failure --output-junit "$report" "$@") |
    grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test +#.* Passed )' || true
  local attributes
  attributes=$(grep -m1 -A8 '<testsuite' "$report" | tr '\n\t' '  ')
  rm -f "$report"
  count() { sed -nE "s/.*[[:space:]]$1=\"([0-9]+)\".*/\1/p" <<<"$attributes"; }
  local tests failures skips
  tests=$(count tests) failures=$(count failures)
  skips=$(($(count skipped) + $(count disabled)))
  [ -n "$tests" ] && [ "$tests" -gt 0 ] || { failed 1 "ctest found no tests in build/$preset"; return; }
  passed $((tests - failures - skips))
  [ "$failures" -eq 0 ] || failed "$failures" "in build/$preset (see above)"
  [ "$skips" -eq 0 ] || skipped "$skips" "cases that ask for more than this machine has (named above)"
}

# Runs a program that closes with "N passed, N failed", or says "skipped: why", and reports what it says.
run_counted() {
  local log counts why
  log=$(mktemp)
  "$@" 2>&1 | tee "$log" || true
  counts=$(tail -n 1 "$log")
  why=$(sed -n 's/^skipped: //p' "$log" | tail -n 1)
  rm -f "$log"
  if [ -n "$why" ]; then skipped 1 "$why"; return; fi
  [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || { failed 1 "the tests did not finish"; return; }
  passed "${BASH_REMATCH[1]}"
  [ "${BASH_REMATCH[2]}" -eq 0 ] || failed "${BASH_REMATCH[2]}" "see above"
}
