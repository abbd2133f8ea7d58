#!/bin/bash
# build.sh: makes the parts of the cluster, once:
#   programs-V-N   the programs of Kubernetes V and of CRI-O, from the directory that CRIK_KUBERNETES names, otherwise
#                  downloaded and compared with SHA256SUMS. The directory has an absolute path. It holds each program,
#                  plain or as PROGRAM.xz, and SHA256SUMS of the plain ones.
#   node-root-N    the root file system of a machine: Debian sid with etcd, containerd, runc, criu, network plugins and a registry
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
  local new=$making/programs
  rm -rf "$new"; mkdir "$new"
  if [ -n "${CRIK_KUBERNETES:-}" ]; then copy_programs "$new"; else download_programs "$new"; fi
  "$(command -v cc || command -v clang)" -Os -static -s -o "$new/pause" pause.c
  chmod 755 "$new"/*
  mv "$new" "$PROGRAMS"
}

PROGRAM_NAMES="kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl"

copy_programs() { # copy_programs DIR
  local program
  for program in $PROGRAM_NAMES crio pinns; do
    if [ -e "$CRIK_KUBERNETES/$program" ]; then
      cp "$CRIK_KUBERNETES/$program" "$1/"
    else
      xz --decompress --stdout "$CRIK_KUBERNETES/$program.xz" >"$1/$program"
    fi
    (cd "$1"; grep " $program\$" "$CRIK_KUBERNETES/SHA256SUMS" | sha256sum --check --strict)
  done
}

download_programs() { # download_programs DIR
  local program bundle=cri-o.amd64.v$CRIO.tar.gz
  for program in $PROGRAM_NAMES; do
    download "https://dl.k8s.io/release/v$KUBERNETES/bin/linux/amd64/$program" "$1"
  done
  download "https://storage.googleapis.com/cri-o/artifacts/$bundle" "$1"
  tar -C "$1" -xzf "$1/$bundle" --wildcards --strip-components=2 '*/bin/crio' '*/bin/pinns'
  rm "$1/$bundle"
}

download() { # download URL DIR: keeps the file only if it has the sum in SHA256SUMS
  local file=${1##*/}
  curl --fail --silent --show-error --location --retry 3 --output "$2/$file" "$1"
  grep " $file\$" SHA256SUMS | (cd "$2"; sha256sum --check --strict)
}

bootstrap() { # bootstrap DIR PACKAGES: the runtimes' criu comes from experimental, because sid has an older one
  local options=(--variant=apt --aptopt='Acquire::Check-Valid-Until "false"') # a stored copy of sid may be too old
  rm -rf --one-file-system "$1"
  mmdebstrap "${options[@]}" --include="$2,criu/experimental" sid "$1" "deb $mirror sid main" "deb $mirror experimental main"
}

make_node_root() {
  local packages=ca-certificates,iproute2,procps,curl,iptables,conntrack,ethtool,socat,kmod,mount,util-linux
  packages+=,containerd,runc,containernetworking-plugins,conmon,skopeo
  packages+=,etcd-server,etcd-client,dnsmasq-base,docker-registry
  again bootstrap "$making/node-root" "$packages"
  mv "$making/node-root" "$NODE_ROOT"
}

[ -e "$PROGRAMS" ] || step programs make_programs
[ -e "$NODE_ROOT" ] || step node-root make_node_root
rm -rf --one-file-system "$making"
