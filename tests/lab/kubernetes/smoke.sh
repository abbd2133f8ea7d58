#!/bin/bash
# smoke.sh: checks on a running cluster everything that the cluster tests rely on. The last line is `N passed, 0
# failed`.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh
crik=$(realpath ../../../artifacts)/crik
[ -x "$crik" ] || die "$crik does not exist; run make crik"
kubectl() { ./cluster.sh kubectl --namespace smoke --request-timeout=60s "$@"; }
passed=0
check() { # check DESCRIPTION COMMAND...: waits until COMMAND succeeds
  local what=$1; shift
  wait_until 60 "$work/last" try "$@"
  passed=$((passed + 1)); echo "ok: $what"
}
try() { "$@" >"$work/last" 2>&1; }

work=$(mktemp -d)
clean_up() {
  kubectl delete daemonset,statefulset --all >/dev/null || true
  kubectl delete pods --all --grace-period=1 >/dev/null || true    # otherwise deleting the namespace takes much longer
  ./cluster.sh kubectl delete namespace smoke --ignore-not-found >/dev/null || true
  ./cluster.sh kubectl uncordon node-1 node-2 >/dev/null || true
  rm -rf "$work" "$STATE/shared/smoke"
}
trap clean_up EXIT
clean_up; mkdir -p "$work" "$STATE/shared/smoke"

# The image of the pods has criu and Python from the lab's root file system, and crik.
install -D -m755 "$crik" "$work/layer/usr/local/bin/crik"
chmod 755 "$work/layer"
./make-image.sh localhost/crik-smoke:1 "$(../rootfs.sh experimental):$work/layer" "$work/image.tar"
./cluster.sh load "$work/image.tar"
check "both nodes are Ready" kubectl wait --for=condition=Ready --timeout=1s node/node-1 node/node-2

nodes_with_pods() { [ "$(kubectl get pods -l app=hello --field-selector=status.phase=Running -o jsonpath='{.items[*].spec.nodeName}' | xargs -n1 | sort | xargs)" = "node-1 node-2" ]; }
pod_on() { kubectl get pods -l app=hello --field-selector="spec.nodeName=$1" -o name; }
fetch() { # fetch NODE ADDRESS TEXT: checks that a pod on NODE gets an answer that contains TEXT
  kubectl exec "$(pod_on "$1")" -- python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read())' "$2" | grep "$3"
}
api_from() { # api_from NODE: asks the API server from a pod, with the address of its service, the pod's token and CA
  kubectl exec "$(pod_on "$1")" -- python3 -c '
import os, ssl, urllib.request as u
secret = "/var/run/secrets/kubernetes.io/serviceaccount/"
request = u.Request("https://{KUBERNETES_SERVICE_HOST}/api/v1/nodes/node-1".format(**os.environ))
request.add_header("Authorization", "Bearer " + open(secret + "token").read())
print(u.urlopen(request, timeout=5, context=ssl.create_default_context(cafile=secret + "ca.crt")).read())' | grep '"name": *"node-1"'
}
kubectl apply -f smoke.yaml >/dev/null
kubectl create clusterrole smoke-nodes --verb=get --resource=nodes --dry-run=client -o yaml | kubectl apply -f - >/dev/null
kubectl create clusterrolebinding smoke-nodes --clusterrole=smoke-nodes --serviceaccount=smoke:default --dry-run=client -o yaml | kubectl apply -f - >/dev/null
check "a pod runs on each node" nodes_with_pods
kubectl rollout status daemonset/hello --timeout=60s >/dev/null
service=$(kubectl get service hello -o jsonpath='{.spec.clusterIP}')
logs_of() { kubectl logs "$(pod_on "$1")" | grep serving; }
has_user_namespace() { ! kubectl exec "$(pod_on "$1")" -- grep -q '^ *0 *0 ' /proc/self/uid_map; }
reads_volume() { kubectl exec "$(pod_on "$1")" -- grep "hello from $2" "/volume/$2"; }
for node in node-1 node-2; do
  check "kubectl shows the log of a pod on $node" logs_of $node
  for other in node-1 node-2; do
    check "a pod on $node reaches $other through the address of the service" fetch $node "http://$service/" "hello from $other"
    check "a pod on $node reaches $other through the name of the service" fetch $node "http://hello.smoke.svc/" "hello from $other"
    check "a pod on $node reads in the claim's volume what the one on $other wrote" reads_volume $node $other
  done
  check "a pod on $node reaches the API server through its service with the pod's token" api_from $node
  check "root of a pod on $node is another user there" has_user_namespace $node
done

count_runs_on() { [ "$(kubectl get pod count-0 -o jsonpath='{.spec.nodeName} {.status.phase} {.metadata.deletionTimestamp}')" = "$1 Running " ]; }
counted_past() { [ "$(tail -n 1 "$STATE/shared/smoke/numbers")" -gt "$1" ]; }
from=$(kubectl get pod count-0 -o jsonpath='{.spec.nodeName}')
check "the counter counts on $from" counted_past 10
for _ in 1 2; do
  to=$([ "$from" = node-1 ] && echo node-2 || echo node-1)
  kubectl cordon "$from" >/dev/null; kubectl uncordon "$to" >/dev/null
  kubectl delete pod count-0 >/dev/null
  last=$(tail -n 1 "$STATE/shared/smoke/numbers")
  check "the pod was deleted on $from and runs again on $to" count_runs_on "$to"
  check "the count continues after $last" counted_past $((last + 10))
  restored() { kubectl logs count-0 | grep -q '^count' && [ "$(kubectl logs count-0 | sed -n 's/^count //p' | head -n 1)" -ge "$last" ]; }
  check "the new pod has not started the count again" restored
  from=$to
done
numbers() { local all; all=$(cat "$STATE/shared/smoke/numbers"); [ "$all" = "$(seq "$(tail -n 1 <<<"$all")")" ]; }
check "every number was counted exactly once" numbers

version() { kubectl get --raw /api/v1/nodes | python3 -c 'import json, sys; print(json.load(sys.stdin)["metadata"]["resourceVersion"])'; }
watch_from() { kubectl get --raw "/api/v1/nodes?watch=1&timeoutSeconds=1&resourceVersion=$1"; }
is_too_old() { watch_from "$1" | grep '"code":410'; }
is_accepted() { local events; events=$(watch_from "$1") && ! grep '"type":"ERROR"' <<<"$events"; }
is_unreachable() { ! kubectl get nodes; }
version=$(version)
check "a watch from the version of a list is accepted" is_accepted "$version"
./cluster.sh compact
check "after a compaction, a watch from that version gets 410" is_too_old "$version"
./cluster.sh kill-apiserver
check "a killed API server does not answer" is_unreachable
./cluster.sh start-apiserver --watch-cache=false
by_token() { "$PROGRAMS/kubectl" --kubeconfig "$STATE/certificates/admin-by-token.kubeconfig" get nodes; }
check "the API server answers after its restart, also to a client with a token" by_token
version=$(version)
./cluster.sh compact
check "without a watch cache, a compaction also leads to 410" is_too_old "$version"
./cluster.sh kill-apiserver; ./cluster.sh start-apiserver
./cluster.sh kill-node 2
check "Kubernetes notices that a killed node is lost" kubectl wait --for=condition=Ready=Unknown --timeout=1s node/node-2
./cluster.sh start-node 2
check "the node is Ready after its restart" kubectl wait --for=condition=Ready --timeout=1s node/node-2
check "a pod runs on the node again" fetch node-2 http://127.0.0.1:8080/ "hello from node-2"
echo "$passed passed, 0 failed"
