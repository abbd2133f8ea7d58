#!/bin/bash
# compression-test.sh: runs the tests of compressed memory with a criu that has LZ4: $CRIK_LZ4_CRIU, or one that it compiles first.
set -euo pipefail
cd "$(dirname "$0")"
CRIK_LZ4_CRIU=${CRIK_LZ4_CRIU:-$(./criu-lz4.sh)}
export CRIK_LZ4_CRIU
./test.sh ../Crik.SystemTests --filter FullyQualifiedName~CompressionTests --logger 'console;verbosity=normal'
