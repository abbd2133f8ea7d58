#!/bin/bash
# build.sh: makes, once, what the cluster is made of:
#   kubernetes-N   the programs of Kubernetes 1.20.2, compiled from Debian 12's source package, the last one in Debian that
#                  holds the whole tree with its vendored modules; ten minutes on two cores, 5 GB while it lasts
#   node-root-N    a Debian 13 with etcd, containerd, runc and network plugins: what a machine of the cluster has as its /
# Each appears under its name by a rename when it is whole. A build that was cut off goes on where it was.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh; . ../packages.sh
if [ -e "$PROGRAMS" ] && [ -e "$NODE_ROOT" ]; then exit; fi
# In namespaces of its own: however this ends, its processes and mounts end with it.
[ $$ = 1 ] || exec unshare --mount --pid --fork --kill-child --mount-proc ./build.sh
trap 'exit 1' INT TERM
../install.sh
mirror=$(../mirror.sh)
making=$LAB/making
mkdir -p "$making" "$LAB/logs"
exec 9>"$LAB/build.lock"
flock --nonblock 9 || { echo "another build is at work; waiting for it" >&2; flock 9; }
renice -n 15 $$ >/dev/null

step() { # step NAME COMMAND...: with its output in a log, of which the end is shown if it fails
  local name=$1 log=$LAB/logs/$1.log start=$SECONDS; shift
  echo "$name: making it, log in $log" >&2
  "$@" >"$log" 2>&1 &                     # not after an `if`, for there a failing command does not end a function
  wait $! || { echo "$name: FAILED; the end of $log:" >&2; tail -n 30 "$log" >&2; exit 1; }
  echo "$name: made in $((SECONDS - start)) s" >&2
}

bootstrap_anew() { # bootstrap_anew SUITE DIR PACKAGES SOURCES...
  rm -rf --one-file-system "$2"
  mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include="$3" "$1" "$2" "${@:4}"
}

bootstrap() { # bootstrap SUITE DIR PACKAGES [SOURCES...]: a root file system that is there when it is whole
  local suite=$1 dir=$2 packages=$3; shift 3
  [ ! -e "$dir" ] || return 0
  again bootstrap_anew "$suite" "$dir.new" "$packages" "deb $mirror $suite main" "$@"
  mv "$dir.new" "$dir"
}

compile() { # in the root that has the compiler
  install -m755 compile.sh pause.c "$compiler/build/"
  cp /etc/resolv.conf "$compiler/etc/resolv.conf"
  mount -t proc proc "$compiler/proc"
  mount --rbind /dev "$compiler/dev"
  chroot "$compiler" /build/compile.sh
}

if [ ! -e "$PROGRAMS" ]; then
  compiler=$making/compiler
  step compiler bootstrap bookworm "$compiler" ca-certificates,build-essential,golang-go,golang-github-modern-go-reflect2-dev,jq,rsync,file \
    "deb-src $mirror bookworm main"
  mkdir -p "$compiler/build"
  step kubernetes compile
  mv "$compiler/build/out" "$PROGRAMS"
fi
if [ ! -e "$NODE_ROOT" ]; then
  step node-root bootstrap trixie "$making/node-root" \
    ca-certificates,iproute2,procps,curl,iptables,containerd,runc,etcd-server,etcd-client,containernetworking-plugins,conntrack,ethtool,socat,kmod,mount,util-linux
  mv "$making/node-root" "$NODE_ROOT"
fi
umount --recursive "$making"/compiler/{proc,dev} 2>/dev/null || true
rm -rf --one-file-system "$making"
