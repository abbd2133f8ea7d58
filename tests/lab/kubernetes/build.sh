#!/bin/bash
# build.sh: builds the parts of the cluster, once:
#   kubernetes-N   the programs of Kubernetes 1.20.2, compiled from the source package of Debian 12. This is the last
#                  package in Debian with the whole tree and its vendored modules. It takes ten minutes on two cores,
#                  and 5 GB of disk during the build.
#   node-root-N    the root file system of a machine: Debian 13 with etcd, containerd, runc and network plugins
# Each part gets its name by a rename when it is complete. A build that was interrupted continues where it was.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh; . ../../../build/packages.sh
if [ -e "$PROGRAMS" ] && [ -e "$NODE_ROOT" ]; then exit; fi
# The build runs in its own namespaces, so that its processes and mounts end with it in any case.
[ $$ = 1 ] || exec unshare --mount --pid --fork --kill-child --mount-proc ./build.sh
trap 'exit 1' INT TERM
../../../build/install.sh
mirror=$(../mirror.sh)
making=$LAB/making
mkdir -p "$making" "$LAB/logs"
exec 9>"$LAB/build.lock"
flock --nonblock 9 || { echo "another build is running; waiting until it ends" >&2; flock 9; }
renice -n 15 $$ >/dev/null

step() { # step NAME COMMAND...: runs COMMAND with its output in a log, and shows the end of the log if COMMAND fails
  local name=$1 log=$LAB/logs/$1.log start=$SECONDS; shift
  echo "$name: building; the log is $log" >&2
  # This is not `if COMMAND`, because there a function does not end when one of its commands fails.
  "$@" >"$log" 2>&1 &
  wait $! || { echo "$name: the build failed; this is the end of $log:" >&2; tail -n 30 "$log" >&2; exit 1; }
  echo "$name: built in $((SECONDS - start)) s" >&2
}

bootstrap_anew() { # bootstrap_anew SUITE DIR PACKAGES SOURCES...
  rm -rf --one-file-system "$2"
  mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include="$3" "$1" "$2" "${@:4}"
}

bootstrap() { # bootstrap SUITE DIR PACKAGES [SOURCES...]: makes a root file system; DIR appears when it is complete
  local suite=$1 dir=$2 packages=$3; shift 3
  [ ! -e "$dir" ] || return 0
  again bootstrap_anew "$suite" "$dir.new" "$packages" "deb $mirror $suite main" "$@"
  mv "$dir.new" "$dir"
}

compile() { # runs compile.sh in the root file system with the compiler
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
