#!/usr/bin/env bash
# fuzz.sh - runs every fuzz target of a build for some seconds, from its seeds. Stops at the first crash.
# usage: tools/fuzz.sh BUILD-FOLDER SECONDS
set -euo pipefail
build=$(realpath "$1") seconds=$2
cd "$(dirname "$0")/.."
found=0
for target in "$build"/tests/fuzz/*_fuzz; do
  [[ -x $target ]] || continue
  found=1
  name=$(basename "$target")
  echo "== $name, $seconds s"
  mkdir -p "$build/corpus/$name" "$build/crashes"
  seeds=()
  [[ -d tests/fuzz/corpus/$name ]] && seeds=("tests/fuzz/corpus/$name")
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "${seeds[@]}"
done
if ((!found)); then echo "fuzz: no targets in $build/tests/fuzz" >&2; exit 1; fi
