#!/bin/bash
# no-p11-kit.sh LIBGNUTLS OUT: makes a small libp11-kit.so.0 with the functions that GnuTLS calls. Each of them fails, by returning null.
# The real one loads modules that files of the container's image name (/etc/pkcs11, /usr/share/p11-kit), for keys on smart cards.
# Neither crik nor criu has such keys, and the real one and its libffi would be 2 MB.
set -euo pipefail
cc=$(command -v gcc || command -v clang || command -v cc)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
objdump -T "$1" | awk '/\*UND\*/ && $NF ~ /^p11_/ {print $NF}' | LC_ALL=C sort -u >"$work/names"
[ -s "$work/names" ] || { echo "$1 calls no function of p11-kit: remove build/bundle/no-p11-kit.sh" >&2; exit 1; }
awk '{print "void *" $1 "(void) {return 0;}"}' "$work/names" >"$work/none.c"
version=$(objdump -T "$1" | awk '/\*UND\*/ && $NF ~ /^p11_/ {gsub(/[()]/, "", $(NF - 1)); print $(NF - 1)}' | sort -u)
{ echo "$version {global:"; sed 's/$/;/' "$work/names"; echo 'local: *;};'; } >"$work/versions"
"$cc" -Os -fPIC -shared -nostdlib -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -Wl,-z,noseparate-code -Wl,-z,norelro \
  -Wl,--hash-style=gnu -Wl,--build-id=none -Wl,-soname,libp11-kit.so.0 -Wl,--version-script="$work/versions" -s -o "$2" "$work/none.c"
