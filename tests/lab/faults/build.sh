#!/bin/bash
# build.sh DIRECTORY: compiles the programs of the fault tests; installs what that takes and is missing (Debian, root).
set -euo pipefail
cd "$(dirname "$0")"
out=$1
missing=()
[ -e /usr/include/fuse3/fuse.h ] || missing+=(libfuse3-dev)
command -v pkg-config >/dev/null || missing+=(pkg-config)
command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
[ -e /dev/fuse ] || { echo "the fault tests need /dev/fuse" >&2; exit 1; }
. ../../../build/packages.sh
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
compile() { "$(command -v cc || command -v clang)" -O2 -Wall -Wextra -Werror "$@"; }
compile -static -o "$out/witness" witness.c
compile -shared -fPIC -o "$out/clockshim.so" clockshim.c
# shellcheck disable=SC2046
compile -o "$out/faultfs" faultfs.c requests.c $(pkg-config --cflags --libs fuse3)
