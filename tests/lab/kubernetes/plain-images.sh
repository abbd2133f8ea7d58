#!/bin/bash
# plain-images.sh DIR: makes images that contain nothing of crik, one file each in DIR: python.tar (CPython on Debian 12),
# unprivileged.tar (the same as a user other than root), nginx.tar (Debian 12's nginx as it is), musl.tar (one program and
# musl) and static.tar (one static Go program and nothing else).
set -euo pipefail
cd "$(dirname "$0")"
out=$1
mkdir -p "$out"
. ../../../build/packages.sh
missing=()
command -v musl-gcc >/dev/null || missing+=(musl-tools)
command -v go >/dev/null || missing+=(golang-go)
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

image() { # image NAME LAYERS [COMMAND...]: ENTRYPOINT and IMAGE_USER come from the environment
  ./make-image.sh "localhost/plain-$1:test" "$2" "$out/$1.tar" "${@:3}"
}

root=$(../rootfs.sh plain)
install -D -m644 ../plain/count.py "$work/python/app/count.py"
ENTRYPOINT=/usr/bin/python3 image python "$root:$work/python" /app/count.py
ENTRYPOINT=/usr/bin/python3 IMAGE_USER=1000:1000 image unprivileged "$root:$work/python" /app/count.py
mkdir "$work/nginx"
ENTRYPOINT=/usr/sbin/nginx image nginx "$root:$work/nginx" -g 'daemon off;'

mkdir -p "$work/musl/lib" "$work/static"
musl-gcc -O2 -Wall -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1 -o "$work/musl/count" ../plain/count.c
cp -L /lib/ld-musl-x86_64.so.1 "$work/musl/lib/"
ENTRYPOINT=/count image musl "$work/musl"
CGO_ENABLED=0 go build -o "$work/static/count" ../plain/count.go
ENTRYPOINT=/count image static "$work/static"
