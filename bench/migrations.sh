#!/bin/bash
# migrations.sh OPERATOR MOVES OPEN: moves pods at a stand-in for a cluster, with the native operator as a process of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
exec dotnet artifacts/bin/MigrationBench/release/MigrationBench.dll "$@"
