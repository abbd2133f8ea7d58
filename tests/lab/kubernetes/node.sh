# node.sh: functions for the nodes, which run a container runtime, kubelet and kube-proxy.
# shellcheck shell=bash

boot_node() { # boot_node NODE
  write_node_config "$1"
  boot "$1"
  local in="network_of $1 ip" address other
  address=$(node_ip "$1")
  network_of control ip link delete "$1" 2>/dev/null || true    # the kernel may still have that of a killed node
  network_of control ip link add "$1" type veth peer name eth0 netns "$(first_process "$1")"
  network_of control ip link set "$1" master br0 up
  $in link set lo up
  $in addr add "$address/24" dev eth0
  $in link set eth0 up
  $in route add default via "$CONTROL_IP"
  for other in $NODES; do
    [ "$other" = "$1" ] || $in route add "$(pod_net "$other")" via "$(node_ip "$other")"
  done
  network_of control ip route replace "$(pod_net "$1")" via "$address"
  inside "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables'
  mark_up "$1"
}

start_node() { # start_node NODE: starts the programs that do not run
  start_runtime "$1"
  load_image "$1" "$STATE/pause.tar"
  start_program "$1" kubelet --config=/config/kubelet.yaml --kubeconfig=/config/kubelet.kubeconfig --hostname-override="$1" \
    --node-ip="$(node_ip "$1")" --container-runtime-endpoint="unix://$(runtime_socket "$1")" --runtime-cgroups="/$CGROUP/$1"
  # The zeros keep kube-proxy from changing the connection tracking of the host.
  start_program "$1" kube-proxy --kubeconfig=/config/kube-proxy.kubeconfig --hostname-override="$1" --bind-address="$(node_ip "$1")" \
    --proxy-mode=iptables --cluster-cidr="$POD_NETS" --conntrack-max-per-core=0 --conntrack-min=0 \
    --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
}

await_node() { wait_until 240 "$STATE/$1/log/kubelet.log" node_is_ready "$1"; } # await_node NODE

# node_is_ready NODE: succeeds when the kubelet that runs now has reported Ready. The API server may still have a report
# of the kubelet before it.
node_is_ready() {
  local machine started ready heartbeat
  machine=$(first_process "$1") && program "$1" kubelet >/dev/null || return 1
  started=$(stat -c %Y "/proc/$machine/root/run/kubelet.started") || return 1
  read -r ready heartbeat < <(kubectl get node "$1" --request-timeout=5s \
    -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}{"\n"}') || return 1
  [ "$ready" = True ] && [ "$(date -d "$heartbeat" +%s)" -ge "$started" ]
}

write_node_config() { # write_node_config NODE
  local config=$STATE/$1/config
  mkdir -p "$config/network"
  cp "$STATE/certificates"/{ca.crt,"$1".crt,"$1".key,kube-proxy.kubeconfig} "$config/"
  cp "$STATE/certificates/$1.kubeconfig" "$config/kubelet.kubeconfig"
  write_runtime_config "$1"
  cat >"$config/network/pods.conflist" <<C
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(pod_net "$1")"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
C
  cat >"$config/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /config/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: /config/$1.crt
tlsPrivateKeyFile: /config/$1.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP/$1
failCgroupV1: false
failSwapOn: false
protectKernelDefaults: true          # the kubelet must not change settings of the host
resolvConf: /etc/resolv.conf
clusterDNS: [$CONTROL_IP]
clusterDomain: cluster.local
imageGCHighThresholdPercent: 100     # images must not be deleted, because they cannot be pulled again
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
nodeStatusUpdateFrequency: 4s
C
}
