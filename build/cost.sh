#!/bin/bash
# cost.sh: prints what crik costs: size of the binary, time of `crik run -- true`, memory and threads while it is idle.
set -euo pipefail
crik=$(dirname "$0")/../artifacts/crik
printf 'size:    %s bytes\n' "$(stat -c %s "$crik")"
runs=50 start=$(date +%s%N)
for _ in $(seq $runs); do "$crik" run -- true; done
printf 'start to exit of crik run -- true: %s µs (mean of %s)\n' $((($(date +%s%N) - start) / runs / 1000)) $runs
"$crik" run -- sleep 5 & pid=$!
sleep 0.5
awk '/^(VmRSS|RssAnon|Threads):/ {sub(":", ""); printf "idle %s: %s %s\n", $1, $2, $3}' "/proc/$pid/status"
kill -TERM $pid; wait $pid || true
