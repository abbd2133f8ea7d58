#!/bin/bash
# plain-images.sh DIR [NAME...]: makes images that contain nothing of crik, one file each in DIR, all of them or the named
# ones: python (CPython on Debian 12), server (the same, counting when it is asked), unprivileged (as python, with a user
# other than root), nginx (Debian 12's nginx as it is), redis (Redis and its libraries), musl (one program and musl) and static (one static Go program and nothing else).
set -euo pipefail
cd "$(dirname "$0")"
out=$1; shift
[ $# -gt 0 ] || set -- python server unprivileged nginx redis musl static
mkdir -p "$out"
. ../../../build/packages.sh
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

image() { # image NAME LAYERS [COMMAND...]: ENTRYPOINT and IMAGE_USER come from the environment
  ./make-image.sh "localhost/plain-$1:test" "$2" "$out/$1.tar" "${@:3}"
}

need() { command -v "$1" >/dev/null || install_packages "$2"; }

for name in "$@"; do
  mkdir -p "$work/$name"
  case $name in
    python | unprivileged)
      root=$(../rootfs.sh plain)
      install -D -m644 ../plain/count.py "$work/$name/app/count.py"
      ENTRYPOINT=/usr/bin/python3 IMAGE_USER=$([ "$name" = python ] || echo 1000:1000) image "$name" "$root:$work/$name" /app/count.py ;;
    server)
      root=$(../rootfs.sh plain)
      install -D -m644 ../plain/serve.py "$work/server/app/serve.py"
      ENTRYPOINT=/usr/bin/python3 image server "$root:$work/server" /app/serve.py ;;
    nginx)
      root=$(../rootfs.sh plain)
      ENTRYPOINT=/usr/sbin/nginx image nginx "$root" -g 'daemon off;' ;;
    redis)
      mkdir -p "$work/redis/usr/lib64" "$work/redis/usr/lib"
      ln -s usr/lib64 "$work/redis/lib64"; ln -s usr/lib "$work/redis/lib"
      ./program-layer.sh "$(../rootfs.sh programs)" /nothing "$work/redis" /usr/bin/redis-server /usr/bin/redis-cli /lib64/ld-linux-x86-64.so.2
      ENTRYPOINT=/usr/bin/redis-server image redis "$work/redis" --save '' ;;
    musl)
      need musl-gcc musl-tools
      mkdir "$work/musl/lib"
      musl-gcc -O2 -Wall -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1 -o "$work/musl/count" ../plain/count.c
      cp -L /lib/ld-musl-x86_64.so.1 "$work/musl/lib/"
      ENTRYPOINT=/count image musl "$work/musl" ;;
    static)
      need go golang-go
      CGO_ENABLED=0 go build -o "$work/static/count" ../plain/count.go
      ENTRYPOINT=/count image static "$work/static" ;;
    *) echo "plain-images: there is no image '$name'" >&2; exit 1 ;;
  esac
done
