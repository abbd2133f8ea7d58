#!/bin/bash
# cluster-test.sh [FILTER]: runs the tests that need a cluster; without a filter all but those with large images and random
# kills of the node agent. It uses a cluster that already runs and leaves it running. Otherwise it starts one and stops it at
# the end. The nodes have the runtimes that CRIK_CLUSTER_RUNTIMES names, or keep theirs. Where these are two, it runs only
# the tests of what can differ between nodes.
set -euo pipefail
cd "$(dirname "$0")"
cluster=kubernetes/cluster.sh
if ! $cluster status >/dev/null 2>&1; then
  trap '$cluster stop || echo "the cluster could not be stopped" >&2' EXIT
fi
$cluster start
CRIK_CLUSTER_RUNTIMES=$($cluster runtimes)
export CRIK_CLUSTER=1 CRIK_CLUSTER_RUNTIMES
filter='Images!=large&Kills!=random'
[[ $CRIK_CLUSTER_RUNTIMES != *' '* ]] || filter='Runtimes=both'
./test.sh ../Crik.ClusterTests --filter "${1:-$filter}" --logger 'console;verbosity=normal'
