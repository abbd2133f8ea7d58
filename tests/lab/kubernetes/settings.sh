# settings.sh: the paths and addresses of the cluster, for the other scripts in this directory.
# shellcheck shell=bash disable=SC2034
LAB=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab/kubernetes
KUBERNETES=1.36.2
CRIO=1.36.3                    # of the download; a directory named by CRIK_KUBERNETES may have another one
PROGRAMS=$LAB/programs-$KUBERNETES-1   # raise the number when the programs in build.sh or the sums change
NODE_ROOT=$LAB/node-root-4     # raise the number when the packages in build.sh change
STATE=$LAB/cluster-$KUBERNETES-1 # the data of the cluster; raise the number when certificates.sh changes
CGROUP=crik-k8s                # the cgroup of all processes of the cluster, below the root of every hierarchy

VOLUMES=/tmp/hostpath_pv        # on every machine; Kubernetes knows no other place for the volumes it provisions

REGISTRY=registry.lab           # the name of the registry for the nodes

API_PORT=${CRIK_CLUSTER_PORT:-6443}     # the port of the API server on the loopback interface of the host
# The following addresses exist only in the network namespaces of the cluster.
CONTROL_IP=10.250.0.1
node_ip() { echo "10.250.0.1${1#node-}"; }
pod_net() { echo "10.251.${1#node-}.0/24"; }
POD_NETS=10.251.0.0/16
SERVICE_NET=10.96.0.0/16
API_SERVICE_IP=10.96.0.1
NODES=$(seq -f 'node-%.0f' -s ' ' "${CRIK_CLUSTER_NODES:-$(cat "$STATE/nodes" 2>/dev/null || echo 2)}")

die() { echo "cluster: $*" >&2; exit 1; }

# wait_until SECONDS LOG COMMAND...: waits until COMMAND succeeds. After SECONDS it shows the end of LOG and exits.
wait_until() {
  local deadline=$((SECONDS + $1)) seconds=$1 log=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 20 "$log" >&2 || true
      die "this did not succeed within $seconds s: $*; above is the end of $log"
    fi
    sleep 0.2
  done
}
