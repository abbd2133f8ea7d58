#!/bin/bash
# build.sh: makes the parts of the cluster, once:
#   kubernetes-V   the programs of Kubernetes V, from the directory that CRIK_KUBERNETES names, otherwise from dl.k8s.io.
#                  The directory has an absolute path. It holds each program, plain or as PROGRAM.xz, and SHA256SUMS of
#                  the plain ones.
#   node-root-N    the root file system of a machine: Debian sid with etcd, containerd, runc and network plugins
# Each part gets its name by a rename when it is complete.
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

step() { # step NAME COMMAND...: runs COMMAND with its output in a log, and shows the end of the log if COMMAND fails
  local name=$1 log=$LAB/logs/$1.log start=$SECONDS; shift
  echo "$name: building; the log is $log" >&2
  # This is not `if COMMAND`, because there a function does not end when one of its commands fails.
  "$@" >"$log" 2>&1 &
  wait $! || { echo "$name: the build failed; this is the end of $log:" >&2; tail -n 30 "$log" >&2; exit 1; }
  echo "$name: built in $((SECONDS - start)) s" >&2
}

make_programs() {
  local new=$making/programs source=${CRIK_KUBERNETES:-} program
  command -v curl >/dev/null && command -v xz >/dev/null || install_packages ca-certificates curl xz-utils
  rm -rf "$new"; mkdir "$new"
  [ -z "$source" ] || cp "$source/SHA256SUMS" "$new/"
  for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl crio pinns; do
    if [ -z "$source" ]; then
      download "$program" "$new"
    elif [ -e "$source/$program" ]; then
      cp "$source/$program" "$new/"
    else
      xz --decompress --stdout "$source/$program.xz" >"$new/$program"
    fi
    (cd "$new"; grep " $program\$" SHA256SUMS | sha256sum --check --strict)
  done
  "$(command -v cc || command -v clang)" -Os -static -s -o "$new/pause" pause.c
  chmod 755 "$new"/*
  mv "$new" "$PROGRAMS"
}

download() { # download PROGRAM DIR: from the release, with the sum that is published beside it
  local url=https://dl.k8s.io/release/v$KUBERNETES/bin/linux/amd64/$1
  curl --fail --silent --show-error --location --retry 3 --output "$2/$1" "$url"
  echo "$(curl --fail --silent --show-error --location --retry 3 "$url.sha256")  $1" >>"$2/SHA256SUMS"
}

bootstrap() { # bootstrap DIR PACKAGES
  rm -rf --one-file-system "$1"
  # A stored copy of sid may be past its validity date.
  mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include="$2" sid "$1" "deb $mirror sid main"
}

make_node_root() {
  local packages=ca-certificates,iproute2,procps,curl,iptables,conntrack,ethtool,socat,kmod,mount,util-linux
  packages+=,containerd,runc,containernetworking-plugins,conmon,skopeo
  packages+=,etcd-server,etcd-client,dnsmasq-base,docker-registry
  again bootstrap "$making/node-root" "$packages"
  mv "$making/node-root" "$NODE_ROOT"
}

[ -e "$PROGRAMS" ] || step kubernetes make_programs
[ -e "$NODE_ROOT" ] || step node-root make_node_root
rm -rf --one-file-system "$making"
