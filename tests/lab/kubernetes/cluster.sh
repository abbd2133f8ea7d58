#!/bin/bash
# cluster.sh: a real Kubernetes 1.20.2 on this machine, of two nodes and a control plane, each with namespaces of its own.
#
#   build                  makes what it is made of, once; start does it too
#   start                  starts what is not running; cleans up after a run that was cut off; waits for two Ready nodes
#   stop                   ends everything; the next start goes on with the same cluster, as after a power cut
#   wipe                   stops, and forgets: the next start is a new cluster
#   status                 machines, programs, nodes; 1 when it is not all up
#   paths                  kubeconfigs and the shared directory, as NAME=value
#   kubectl ARGUMENTS...   as administrator
#   load IMAGE.tar...      an image of make-image.sh, into both nodes; pods use it with imagePullPolicy: Never
#   node 1|2 COMMAND...    a command on a node: ctr -n k8s.io tasks ls, tail /var/log/kubelet.log
#   kill-node 1|2          the node is gone, with its pods, as when the power goes; start-node brings it back
#   start-node 1|2
#   kill-apiserver         SIGKILL
#   start-apiserver [FLAGS...]
#   compact                every resourceVersion known so far becomes too old for a watch (410); see control-plane.sh
#   smoke                  tries all of it
#
# There is one cluster on a host. On every node /shared is one directory of the host: with hostPath it stands for a ReadWriteMany volume.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh; . ./machines.sh; . ./control-plane.sh; . ./node.sh

need_host() {
  ../install.sh
  [ -d "${MEMBERS%/*}" ] || die "this host has no cgroup v1 hierarchies, which Kubernetes 1.20 is started with here"
}

alone() { # one command that changes the cluster at a time; what is started in the background does not keep the lock (8>&-)
  exec 8>"/run/lock/$CGROUP"
  flock -w 600 8 || die "another cluster.sh has been at work for 10 minutes"
}

node_name() { case $1 in 1 | 2 | node-1 | node-2) echo "node-${1#node-}" ;; *) die "there is node 1 and node 2, not '$1'" ;; esac; }

all_up() { local machine; for machine in control $NODES; do is_up "$machine" || return 1; done; }

start() {
  ./build.sh
  alone
  if ! all_up; then
    halt                                           # what a run that was cut off has left
    ./certificates.sh "$STATE/certificates"
    [ -e "$STATE/pause.tar" ] || make_pause_image
    mkdir -p "$STATE/shared" "$STATE/control/config"
    cp "$STATE/certificates"/* "$STATE/control/config/"
    boot control
    start_control_network
    local node; for node in $NODES; do boot_node "$node"; done
  fi
  start_control_plane
  for node in $NODES; do start_node "$node"; done
  for node in $NODES; do await_node "$node"; done
  kubectl get nodes
}

make_pause_image() {
  local directory; directory=$(mktemp -d)
  cp "$PROGRAMS/pause" "$directory/"
  ./make-image.sh localhost/pause:1 "$directory" "$STATE/pause.tar" /pause
  rm -r "$directory"
}

status() {
  local up=0 machine
  for machine in control $NODES; do
    if is_up "$machine"; then
      echo "$machine: $(sed 's|.*|/proc/&/exe|' "$MEMBERS/$machine/cgroup.procs" | xargs readlink | xargs -n 1 basename | sort | xargs)"
    else
      echo "$machine: not running"; up=1
    fi
  done
  [ $up = 0 ] && kubectl get nodes --request-timeout=5s || up=1
  for machine in $NODES; do [ $up = 0 ] && node_is_ready "$machine" || up=1; done
  return $up
}

command=${1:-}; [ $# = 0 ] || shift
case $command in
  kubectl | paths | status | "" | help | --help) ;;
  *) need_host ;;
esac
case $command in
  build) ./build.sh ;;
  start) start ;;
  stop) alone; halt ;;
  wipe) alone; halt; rm -rf --one-file-system "$STATE" ;;
  status) status ;;
  paths)
    echo "KUBECONFIG=$STATE/certificates/admin.kubeconfig"
    echo "KUBECONFIG_BY_TOKEN=$STATE/certificates/admin-by-token.kubeconfig"
    echo "SHARED=$STATE/shared" ;;
  kubectl) exec "$PROGRAMS/kubectl" --kubeconfig "$STATE/certificates/admin.kubeconfig" "$@" ;;
  load) for image in "$@"; do for node in $NODES; do load_image "$node" "$image"; done; done ;;
  node) node=$(node_name "${1:-}"); shift; inside "$node" "$@" ;;
  kill-node) alone; halt "$(node_name "${1:-}")" ;;
  start-node) alone; node=$(node_name "${1:-}"); is_up "$node" || boot_node "$node"; start_node "$node"; await_node "$node" ;;
  kill-apiserver) alone; kill_api_server ;;
  start-apiserver) alone; start_api_server "$@" ;;
  compact) alone; compact_history ;;
  smoke) ./smoke.sh ;;
  "" | help | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' cluster.sh ;;
  *) die "unknown command '$command'; see cluster.sh help" ;;
esac
