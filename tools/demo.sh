#!/usr/bin/env bash
# demo.sh - lints the good and the bad image of testdata/demo and says what the exit codes mean.
# usage: tools/demo.sh OCITIDY
set -euo pipefail
ocitidy=$(realpath "$1")
cd "$(dirname "$0")/.."

# lint REFERENCE EXPECTED-EXIT-CODE
lint() {
  local code=0
  printf '\n$ ocitidy lint %s\n' "$1"
  "$ocitidy" lint "$1" || code=$?
  if [[ $code != "$2" ]]; then
    echo "demo: exit code $code, expected $2" >&2
    exit 1
  fi
  echo "exit code $code"
}

echo
echo '== A good image: a small Lambda function, a shell script over busybox.'
lint oci:testdata/demo:good 0
echo '   0 means: no finding at or above "error".'

echo
echo '== The same function, built carelessly.'
lint oci:testdata/demo:bad 1
echo '   1 means: findings at or above "error"; Lambda would refuse this image or could not start it.'
echo '   That is what the demo set out to show, so the demo itself has succeeded.'
