#!/bin/bash
# node-state-server-real.sh BINARY [NODES]: against the lab's real API server. One that runs already is used and left; else it is started, and stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=tests/lab/kubernetes/cluster.sh
stop=true
if ! $cluster status >/dev/null 2>&1; then
  stop="$cluster stop"
  $cluster start
fi
trap '$cluster kubectl delete nodes -l crik-bench=true >/dev/null; $stop' EXIT # also what a run before left behind when it was killed
kubeconfig=$($cluster paths | sed -n 's/^KUBECONFIG=//p')
dotnet artifacts/bin/NodeStateServerBench/release/NodeStateServerBench.dll real "$1" "$kubeconfig" "${2:-1000}"
