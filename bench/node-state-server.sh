#!/bin/bash
# node-state-server.sh BINARY [NODES…]: runs the bench on all cores except the last one, on which the server runs. It raises
# the limit of open files as far as possible.
set -euo pipefail
cd "$(dirname "$0")/.."
ulimit -n "$(ulimit -Hn)"
last=$(($(nproc --all) - 1))
taskset -c "0-$((last > 0 ? last - 1 : 0))" dotnet artifacts/bin/NodeStateServerBench/release/NodeStateServerBench.dll "$@"
