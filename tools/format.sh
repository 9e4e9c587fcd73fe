#!/usr/bin/env bash
# format.sh - clang-format 19 over every C++ file of the project.
# usage: tools/format.sh check|fix
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  check) options=(--dry-run --Werror) ;;
  fix) options=(-i) ;;
  *) sed -n '3s/^# //p' "$0" >&2; exit 2 ;;
esac
if ! type -P clang-format-19 >/dev/null; then
  echo 'format: clang-format-19 is not here, so formatting was not checked' >&2
  [[ $1 == check ]]
  exit
fi
find include lib cli tests -name '*.h' -o -name '*.cc' | sort | xargs clang-format-19 "${options[@]}"
