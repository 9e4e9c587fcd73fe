#!/usr/bin/env bash
# ctest.sh - ctest, and then what the passing tests have to say: how many images were compared, how much memory it took.
# usage: tools/ctest.sh PRESET [CTEST-OPTION...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1; shift
code=0
ctest --preset "$preset" --output-log "build/$preset/ctest.log" "$@" || code=$?
sed -n 's/^summary: /  /p' "build/$preset/Testing/Temporary/LastTest.log"
exit "$code"
