#!/usr/bin/env bash
# fuzz.sh - runs every fuzz target of a build for some seconds, from its seeds. Stops at the first crash.
# usage: tools/fuzz.sh BUILD-FOLDER SECONDS
set -euo pipefail
build=$(realpath "$1") seconds=$2
found=0
for target in "$build"/tests/fuzz/fuzz_*; do
  [[ -f $target && -x $target && $target != *_regression ]] || continue
  found=1
  name=$(basename "$target")
  corpus=$build/corpus/$name
  echo "== $name, $seconds s"
  mkdir -p "$corpus" "$build/crashes"
  "${target}_regression" --seeds "$corpus"
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/crashes/$name-" "$corpus"
done
if ((!found)); then echo "fuzz: no targets in $build/tests/fuzz" >&2; exit 1; fi
