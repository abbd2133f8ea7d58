# settings.sh: read by the scripts beside it: where things lie, and the cluster's addresses.
# shellcheck shell=bash disable=SC2034
LAB=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab/kubernetes
PROGRAMS=$LAB/kubernetes-1     # one more when compile.sh changes
NODE_ROOT=$LAB/node-root-1     # one more when its packages in build.sh change
STATE=$LAB/cluster             # what the cluster remembers: certificates, etcd's data, the nodes' disks, logs
CGROUP=crik-k8s                # below the root of every hierarchy: a process of the cluster is one that is in there

API_PORT=${CRIK_CLUSTER_PORT:-6443}     # on the loopback interface of the host
# The rest exists in the network namespaces of the cluster only.
CONTROL_IP=10.250.0.1
node_ip() { echo "10.250.0.1${1#node-}"; }
pod_net() { echo "10.251.${1#node-}.0/24"; }
POD_NETS=10.251.0.0/16
SERVICE_NET=10.96.0.0/16
API_SERVICE_IP=10.96.0.1
NODES="node-1 node-2"

die() { echo "cluster: $*" >&2; exit 1; }

wait_until() { # wait_until SECONDS LOG COMMAND...: until COMMAND succeeds; else the end of LOG, and the end
  local deadline=$((SECONDS + $1)) seconds=$1 log=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 20 "$log" >&2 || true
      die "not within $seconds s: $*; above is the end of $log"
    fi
    sleep 0.2
  done
}
