#!/bin/bash
# test.sh PROJECT_OR_SOLUTION [OPTIONS]: runs its tests. The last lines say what failed and why, and `N passed, N failed, N skipped`.
# A shell lets what it runs in the background ignore SIGINT and SIGQUIT; env gives the tests and their programs the default actions again.
set -uo pipefail
log=$(mktemp); trap 'rm -f "$log"' EXIT
env --default-signal dotnet test "$@" -m:1 --nologo 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
sum() { grep -oE "$1: +[0-9]+" "$log" | awk '{n += $NF} END {print n + 0}'; }
passed=$(sum Passed) failed=$(sum Failed) skipped=$(sum Skipped)
[ "$failed" = 0 ] || { echo "What failed:"; awk '/^  Failed /{failure = 1} /^$|^\[xUnit|^(Passed|Failed)!/{failure = 0} failure' "$log"; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$status" = 0 ] && [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
