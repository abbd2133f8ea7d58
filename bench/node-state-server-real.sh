#!/bin/bash
# node-state-server-real.sh BINARY [NODES]: measures with the real API server of the lab. If the lab's cluster runs already,
# this uses it and leaves it running. Otherwise this starts the cluster and stops it at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=tests/lab/kubernetes/cluster.sh
stop=true
if ! $cluster status >/dev/null 2>&1; then
  stop="$cluster stop"
  $cluster start
fi
# This also deletes the Nodes of an earlier run that was killed.
trap '$cluster kubectl delete nodes -l crik-bench=true >/dev/null; $stop' EXIT
kubeconfig=$($cluster paths | sed -n 's/^KUBECONFIG=//p')
dotnet artifacts/bin/NodeStateServerBench/release/NodeStateServerBench.dll real "$1" "$kubeconfig" "${2:-1000}"
