#!/bin/bash
# cluster-test.sh: the tests that take a cluster. One that runs already is used and left; else it is started, and stopped at the end.
set -euo pipefail
cd "$(dirname "$0")"
cluster=kubernetes/cluster.sh
if ! $cluster status >/dev/null 2>&1; then
  trap '$cluster stop || echo "the cluster could not be stopped" >&2' EXIT
  $cluster start
fi
export CRIK_CLUSTER=1
./test.sh ../Crik.ClusterTests --logger 'console;verbosity=normal'
