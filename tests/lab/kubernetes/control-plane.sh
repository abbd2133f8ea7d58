# control-plane.sh: functions for the machine `control`, which runs etcd, the three servers of the control plane, the
# name server of the pods, the registry, and the connection to the host.
# shellcheck shell=bash

kubectl() { "$PROGRAMS/kubectl" --kubeconfig "$STATE/certificates/admin.kubeconfig" "$@"; }
control_log() { echo "$STATE/control/log/$1.log"; }
api_answers() { kubectl get --raw /readyz --request-timeout=2s; }

start_control_network() {
  local in="network_of control ip"
  $in link set lo up
  $in link add br0 type bridge
  $in addr add "$CONTROL_IP/24" dev br0
  $in link set br0 up
  $in route add default dev br0                    # the programs need a default route, but it leads nowhere
  mark_up control
}

# Makes the API server reachable from the host. The socket listens on the host, but its process is in `control` and ends
# with it. While the API server is dead, connections are accepted and closed at once.
start_door() {
  ! program control socat1 >/dev/null || return 0
  local pid; pid=$(first_process control)
  (enter_cgroup control; exec python3 -c '
import os, socket, sys
try:
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
except OSError as e:
    sys.exit(f"cluster: cannot listen on 127.0.0.1:{sys.argv[1]}: {e.strerror}; set CRIK_CLUSTER_PORT and run `cluster.sh wipe` to use another port")
os.dup2(listener.fileno(), 20)
os.execvp(sys.argv[2], sys.argv[2:])' "$API_PORT" nsenter --target "$pid" --mount --pid --net --root --wd -- \
    setsid sh -c 'socat ACCEPT-FD:20,fork TCP:127.0.0.1:6443 >>/var/log/socat.log 2>&1 </dev/null &') 8>&-
}

# shellcheck disable=SC2120
start_api_server() { # start_api_server [FLAGS...]
  start_program control kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
    --bind-address=0.0.0.0 --advertise-address="$CONTROL_IP" --secure-port=6443 --cert-dir=/run \
    --tls-cert-file=/config/kube-apiserver.crt --tls-private-key-file=/config/kube-apiserver.key \
    --client-ca-file=/config/ca.crt --token-auth-file=/config/tokens.csv --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-client-certificate=/config/kubelet-client.crt --kubelet-client-key=/config/kubelet-client.key \
    --kubelet-certificate-authority=/config/ca.crt --kubelet-preferred-address-types=InternalIP \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=/config/service-accounts.key \
    --service-account-signing-key-file=/config/service-accounts.key --service-cluster-ip-range="$SERVICE_NET" \
    --allow-privileged=true --enable-aggregator-routing=true "$@"
  start_door
  wait_until 240 "$(control_log kube-apiserver)" api_answers
}

start_control_plane() { # starts the programs that do not run
  start_program control etcd --name control --data-dir /var/lib/etcd --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster control=http://127.0.0.1:2380
  start_api_server
  # These two must start after the API server has made its roles, because they exit without them.
  start_controller_manager
  local name
  name=kube-scheduler
  start_program control $name --bind-address=127.0.0.1 --leader-elect=false --cert-dir=/run \
    --kubeconfig=/config/$name.kubeconfig --authentication-kubeconfig=/config/$name.kubeconfig --authorization-kubeconfig=/config/$name.kubeconfig
  program control dnsmasq >/dev/null || inside control setsid sh -c "/config/names.sh $REGISTRY $CONTROL_IP >>/var/log/names.log 2>&1 </dev/null &"
  start_registry
  kubectl apply -f storage-class.yaml >/dev/null
}

# A node counts as lost after 20 s without a report. The provisioner makes a directory in VOLUMES for each claim.
start_controller_manager() {
  local name=kube-controller-manager
  start_program control $name --bind-address=127.0.0.1 --leader-elect=false --cert-dir=/run \
    --kubeconfig=/config/$name.kubeconfig --authentication-kubeconfig=/config/$name.kubeconfig --authorization-kubeconfig=/config/$name.kubeconfig \
    --use-service-account-credentials=true --root-ca-file=/config/ca.crt --service-account-private-key-file=/config/service-accounts.key \
    --cluster-signing-cert-file=/config/ca.crt --cluster-signing-key-file=/config/ca.key --allocate-node-cidrs=false \
    --node-monitor-grace-period=20s --enable-hostpath-provisioner=true
}

start_registry() {
  start_program control docker-registry serve /config/registry.yaml
  wait_until 60 "$(control_log docker-registry)" inside control curl --fail --cacert /config/ca.crt "https://$REGISTRY/v2/"
}

# push_image FILE: pushes an image to the registry and prints its names there, with their digests. The file is one of
# make-image.sh, or an OCI archive.
push_image() {
  local format name
  format=$(image_format "$1")
  inside control sh -c 'cat >/run/image.tar' <"$1" # skopeo cannot read an OCI archive from a pipe
  for name in $(image_names "$1"); do
    name=${name#*/}
    inside control skopeo copy --quiet --digestfile /run/digest "$format:/run/image.tar" "docker://$REGISTRY/$name"
    echo "$REGISTRY/${name%:*}@$(inside control cat /run/digest)"
  done
  inside control rm /run/image.tar
}

kill_api_server() { kill_in_control kube-apiserver; }

kill_registry() { kill_in_control docker-registry; }

restart_controller_manager() {
  kill_in_control kube-controller-manager
  start_controller_manager
}

kill_in_control() { # kill_in_control PROGRAM: ends it with SIGKILL, and waits until it is gone
  local pids; pids=$(program control "$1") || die "$1 is not running"
  # shellcheck disable=SC2086
  kill -KILL $pids
  wait_until 60 /dev/null is_gone "$1"
}

is_gone() { ! program control "$1"; }

# Makes every known resourceVersion too old for a watch. Measurements showed which requests are then answered with 410:
# - After only a compaction of etcd: no watch, because the API server's watch cache remembers all changes since its own
#   start. Only a list of an old version (resourceVersionMatch=Exact, continue) gets the HTTP status 410.
# - After a restart of the API server, with or without a compaction: every watch from a version before the newest one.
#   The HTTP status is 200, and the first event is an ERROR with code 410, "too old resource version: 1208 (1209)".
# - After `start-apiserver --watch-cache=false` and a compaction: every watch from a version before the compaction, also
#   with an ERROR event. Open watches continue. An API server without this cache sends no bookmarks.
# So this function restarts the API server, unless it runs without a cache. It first adds two revisions, because a
# client may know the newest one. It does that while no API server runs. Otherwise a Node could change after them, for
# example by a report of its kubelet, and its revision would be the newest.
compact_history() {
  local etcdctl="inside control etcdctl --command-timeout=60s --dial-timeout=60s" revision pid has_cache=
  if pid=$(program control kube-apiserver) && ! grep -qzx -- --watch-cache=false "/proc/$pid/cmdline"; then has_cache=yes; fi
  [ -z "$has_cache" ] || kill_api_server
  $etcdctl put /crik-lab/compacted 1 >/dev/null
  $etcdctl put /crik-lab/compacted 2 >/dev/null
  revision=$($etcdctl endpoint status --write-out=json |
    python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["Status"]["header"]["revision"])')
  $etcdctl compaction --physical=true "$revision"
  [ -z "$has_cache" ] || start_api_server
}
