#!/bin/bash
# demo-cluster.sh: a program whose image knows nothing of crik gets a label, its node is drained, and it goes on elsewhere.
# It uses the cluster that runs, or starts one and stops it at the end.
set -euo pipefail
cd "$(dirname "$0")"
cluster=kubernetes/cluster.sh
space=demo
work=$(mktemp -d)
k() { $cluster kubectl --namespace "$space" "$@"; }
step() { printf '\n%s\n' "== $*"; }

finish() {
  rm -rf "$work"
  if [ -n "${ours:-}" ]; then $cluster stop; else $cluster kubectl uncordon node-1 node-2 >/dev/null; $cluster kubectl delete namespace "$space" --wait=false >/dev/null; fi
}
trap finish EXIT
if ! $cluster status >/dev/null 2>&1; then ours=1; fi

step "A cluster of two nodes, with the operator of crik"
$cluster start
kubernetes/operator.sh >"$work/log" || { cat "$work/log"; exit 1; }
$cluster kubectl delete namespace "$space" --ignore-not-found
$cluster kubectl create namespace "$space"

step "A program that counts. Its image has Python, and nothing of crik"
kubernetes/plain-images.sh "$work" python
image=$($cluster push "$work/python.tar")
manifest="
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: counter}
spec:
  selector: {matchLabels: {app: counter}}
  template:
    metadata: {labels: {app: counter, crik.dev/inject: \"true\"}}
    spec:
      containers: [{name: counter, image: $image}]"
echo "$manifest"
k apply -f - <<<"$manifest"

# Waits until the program has counted to a number; prints its last line.
counted() { # counted NUMBER
  local line=
  for _ in $(seq 600); do
    line=$(k logs counter-0 2>/dev/null | grep -E '^[a-z]{8} [0-9]+$' | tail -n 1) || true
    if [ "${line#* }" -ge "$1" ] 2>/dev/null; then echo "$line"; return; fi
    sleep 0.2
  done
  echo "demo: FAILED: counter-0 has not counted to $1" >&2
  k get events >&2
  k logs counter-0 >&2 || true
  return 1
}

node() { k get pod counter-0 -o 'jsonpath={.spec.nodeName}'; }

before=$(counted 10); from=$(node)
echo "on $from: $before"

step "kubectl drain $from"
$cluster kubectl drain "$from" --ignore-daemonsets --delete-emptydir-data

after=$(counted $((${before#* } + 1))); to=$(node)
step "The first lines of the next pod, on $to"
k logs counter-0 | head -n 20
if [ "${after% *}" != "${before% *}" ] || [ "$from" = "$to" ]; then
  echo "demo: FAILED: $before on $from, then $after on $to"; exit 1
fi
printf '\n%s\n' "demo: '$before' on $from, then '$after' on $to: the same program, with its memory, on another node"
