#!/bin/bash
# demo.sh: runs a counter through three pods. LEVEL=basic|full|privileged|nonroot (default basic).
# Each pod gets SIGTERM, and the next continues from its checkpoint. Prints whether every number came exactly once.
set -euo pipefail
cd "$(dirname "$0")"
level=${LEVEL:-basic}
../../build/install.sh
rootfs=$(./rootfs.sh)
work=$(mktemp -d); chmod 755 "$work"; mkdir "$work/images"
trap 'rm -rf "$work"' EXIT
failed=
for pod in 1 2 3; do
  name=demo-$level-$pod
  : >"$work/out-$pod"  # the loop below may be faster than the shell in the background
  ./pod.py run "$name" --level "$level" --rootfs "$rootfs" --image-dir "$work/images" -- \
    crik run --image-dir /checkpoint -- sh -c 'n=0; while :; do n=$((n + 1)); echo "count $n"; sleep 0.2; done' \
    >"$work/out-$pod" 2>"$work/err-$pod" &
  runner=$!
  for _ in $(seq 600); do [ "$(grep -c ^count "$work/out-$pod")" -lt 5 ] && kill -0 $runner 2>/dev/null || break; sleep 0.1; done
  ./pod.py kill "$name" TERM || { failed="$name could not be ended"; kill $runner 2>/dev/null || true; }
  code=0; wait "$runner" || code=$?
  [ "$code" = 143 ] || failed="$name ended with $code instead of 143"
  sed "s/^/$name  /" "$work/err-$pod" "$work/out-$pod"
done
cat "$work"/out-? | sed -n 's/^count //p' >"$work/numbers"
last=$(tail -n 1 "$work/numbers")
if ! seq "${last:-0}" | cmp -s - "$work/numbers"; then failed="numbers are missing, repeated or out of order: $(tr '\n' ' ' <"$work/numbers")"; fi
if [ -n "$failed" ]; then echo "demo: FAILED at level $level: $failed"; exit 1; fi
echo "demo: every number from 1 to $last came exactly once, in three pods, at level $level"
