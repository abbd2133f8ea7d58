#!/bin/bash
# cluster.sh: runs a real Kubernetes 1.36 on this machine: a control plane and some nodes, each in its own namespaces.
#
#   build                  gets the parts of the cluster, once; start does this too. Set CRIK_KUBERNETES to the absolute
#                          path of a directory with the programs of Kubernetes, or they are downloaded; see build.sh
#   start                  starts what is not running, also after an interrupted run; waits until all nodes are Ready.
#                          CRIK_CLUSTER_RUNTIMES="RUNTIME [RUNTIME]" says which runtime the nodes have, each of them
#                          containerd or crio. Without it they keep theirs; the first time that is containerd.
#                          CRIK_CLUSTER_NODES=3 makes it three nodes. Without it, it has as many as before, at first two
#   stop                   stops everything at once, as a power failure does; the next start has the same cluster
#   wipe                   stops everything and deletes the data; the next start makes a new cluster
#   status                 shows machines, programs and nodes; exits with 1 if not all of them are up
#   runtimes               prints the runtime of the nodes, or the two of them
#   nodes                  prints the names of the nodes
#   paths                  prints the kubeconfigs, the directories that are shared, of the machines and of the registry, the CA
#                          and a small image as NAME=value
#   kubectl ARGUMENTS...   runs kubectl as administrator
#   load IMAGE.tar...      loads images of make-image.sh into all nodes; pods use them with imagePullPolicy: Never
#   push IMAGE.tar...      pushes images to the registry registry.lab, which has TLS, and prints their names with digests
#   node NUMBER COMMAND... runs a command on a node, such as: ctr -n k8s.io tasks ls, tail /var/log/kubelet.log
#   control COMMAND...     runs a command on the machine of the control plane
#   control-network COMMAND...   runs a command of the host in the network of that machine
#   node-network NUMBER COMMAND...   the same in the network of a node
#   kill-node NUMBER       ends a node and its pods at once, as a power failure does
#   start-node NUMBER      starts a node
#   kill-container NUMBER ID  ends the processes of a container at once
#   kill-apiserver         ends the API server with SIGKILL
#   start-apiserver [FLAGS...]   starts the API server
#   restart-controllers    ends the controller manager with SIGKILL and starts it again. It has forgotten then how long a Job
#                          waits before it makes the next pod
#   kill-registry          ends the registry with SIGKILL
#   start-registry         starts the registry
#   compact                makes every known resourceVersion too old for a watch (410); see control-plane.sh
#   smoke                  tests all of this
#
# A host can run only one cluster. On every node, /shared is the same directory of the host. A claim gets a directory
# in /shared/volumes, whatever its access mode is. Pods resolve the names of Services; see names.sh.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")"; . ./settings.sh; . ./machines.sh; . ./control-plane.sh; . ./runtimes.sh; . ./node.sh

need_host() {
  ../../../build/install.sh
  [ -d "${MEMBERS%/*}" ] || die "this host has no cgroup v1 hierarchies, but the cluster needs them; use a host with cgroup v1"
}

# Makes sure that only one command at a time changes the cluster. Programs in the background must not keep the lock, so
# they are started with 8>&-.
alone() {
  exec 8>"/run/lock/$CGROUP"
  flock -w 600 8 || die "another cluster.sh has been changing the cluster for 10 minutes; wait for it, or end it"
}

node_name() { [[ " $NODES " = *" node-${1#node-} "* ]] || die "there is no node '$1'; there are $NODES"; echo "node-${1#node-}"; }

all_up() { local machine; for machine in control $NODES; do is_up "$machine" || return 1; done; }

start() {
  ./build.sh
  alone
  if all_up; then
    keep_runtimes
    [ "$(wc -w <<<"$NODES")" = "$(cat "$STATE/nodes" 2>/dev/null || echo 2)" ] ||
      die "it has another number of nodes; run cluster.sh stop before you start it with $NODES"
  else
    halt                                           # ends what an interrupted run has left
    change_runtimes
    ./certificates.sh "$STATE/certificates"
    [ -e "$STATE/pause.tar" ] || make_pause_image
    mkdir -p "$STATE/shared/volumes" "$STATE/control/config"
    cp "$STATE/certificates"/* names.sh registry.yaml "$STATE/control/config/"
    boot control
    start_control_network
    local node; for node in $NODES; do boot_node "$node"; done
    wc -w <<<"$NODES" >"$STATE/nodes"
  fi
  start_control_plane
  for node in $NODES; do start_node "$node"; done
  for node in $NODES; do await_node "$node"; done
  for node in $(kubectl get nodes -o name); do   # there may have been more
    [[ " $NODES " = *" ${node#node/} "* ]] || kubectl delete "$node"
  done
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
  kubectl | runtimes | nodes | paths | status | "" | help | --help) ;;
  *) need_host ;;
esac
case $command in
  build) ./build.sh ;;
  start) start ;;
  stop) alone; halt ;;
  wipe) alone; halt; rm -rf --one-file-system "$STATE" ;;
  status) status ;;
  runtimes) for node in $NODES; do runtime_of "$node"; done | uniq | paste -sd ' ' ;;
  nodes) echo "$NODES" ;;
  paths)
    echo "KUBECONFIG=$STATE/certificates/admin.kubeconfig"
    echo "KUBECONFIG_BY_TOKEN=$STATE/certificates/admin-by-token.kubeconfig"
    echo "SHARED=$STATE/shared"
    echo "MACHINES=$STATE"
    echo "REGISTRY=$STATE/control/disk/registry"
    echo "CA=$STATE/certificates/ca.crt"
    echo "CONTROL_IP=$CONTROL_IP"
    echo "PAUSE_IMAGE=$STATE/pause.tar" ;;
  kubectl) exec "$PROGRAMS/kubectl" --kubeconfig "$STATE/certificates/admin.kubeconfig" "$@" ;;
  load) for image in "$@"; do for node in $NODES; do load_image "$node" "$(cd "$caller"; realpath "$image")"; done; done ;;
  push) for image in "$@"; do push_image "$(cd "$caller"; realpath "$image")"; done ;;
  node) node=$(node_name "${1:-}"); shift; inside "$node" "$@" ;;
  control) inside control "$@" ;;
  control-network) network_of control "$@" ;;
  node-network) node=$(node_name "${1:-}"); shift; network_of "$node" "$@" ;;
  kill-node) alone; halt "$(node_name "${1:-}")" ;;
  start-node) alone; node=$(node_name "${1:-}"); is_up "$node" || boot_node "$node"; start_node "$node"; await_node "$node" ;;
  kill-container) kill_container "$(node_name "${1:-}")" "${2:?}" ;;
  kill-apiserver) alone; kill_api_server ;;
  start-apiserver) alone; start_api_server "$@" ;;
  restart-controllers) alone; restart_controller_manager ;;
  kill-registry) alone; kill_registry ;;
  start-registry) alone; start_registry ;;
  compact) alone; compact_history ;;
  smoke) ./smoke.sh ;;
  "" | help | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' cluster.sh ;;
  *) die "the command '$command' is unknown; run cluster.sh help for the list" ;;
esac
