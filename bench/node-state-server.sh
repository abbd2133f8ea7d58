#!/bin/bash
# node-state-server.sh BINARY [NODES…]: the bench, with as many open files as may be had, on all cores but the last, which is the server's.
set -euo pipefail
cd "$(dirname "$0")/.."
ulimit -n "$(ulimit -Hn)"
last=$(($(nproc --all) - 1))
taskset -c "0-$((last > 0 ? last - 1 : 0))" dotnet artifacts/bin/NodeStateServerBench/release/NodeStateServerBench.dll "$@"
