#!/bin/bash
# operator.sh [--set NAME=VALUE]...: installs charts/crik in the namespace crik of the cluster, with the operator and the
# bundle of this checkout, and waits until a pod with the label is injected. The bundle is pushed to the cluster's
# registry, and the operator trusts the authority that has signed that registry's certificate.
set -euo pipefail
cd "$(dirname "$0")"
artifacts=$(realpath ../../../artifacts)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
k() { ./cluster.sh kubectl "$@"; }

install -D -m755 "$artifacts/crik-operator" "$work/operator/usr/local/bin/crik-operator"
chmod -R a+rX "$work/operator"
ENTRYPOINT=/usr/local/bin/crik-operator ./make-image.sh localhost/crik-operator:test "$(../rootfs.sh experimental):$work/operator" "$work/operator.tar"
./cluster.sh load "$work/operator.tar"
bundle=$(./cluster.sh push "$artifacts/bundle-image.tar")
authorities=$(./cluster.sh paths | sed -n s/^CA=//p)

k create namespace crik --dry-run=client -o yaml | k apply -f -
k --namespace crik create configmap registries --from-file=ca.crt="$authorities" --dry-run=client -o yaml | k apply -f -
"$artifacts/render-chart" --release crik --namespace crik \
  --kube-version "$(k version -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])')" \
  --api-versions "$(k api-versions)" \
  --set operator.image.repository=localhost/crik-operator --set operator.image.tag=test --set operator.image.pullPolicy=Never \
  --set bundle.image.repository="${bundle%@*}" --set bundle.image.digest="${bundle#*@}" \
  --set registry.caConfigMap=registries --set podAnnotations.operator="sha256-$(sha256sum <"$artifacts/crik-operator" | cut -c 1-16)" "$@" ../../../charts/crik | k apply -f -
k --namespace crik rollout status deployment/crik-operator --timeout=180s

injected() {
  k run probe --image=none --labels=crik.dev/inject=true --dry-run=server -o json --command -- true 2>&1 | grep crik.dev/injected
}
for _ in $(seq 60); do
  ! injected >/dev/null || exit 0
  sleep 1
done
injected || true
echo "operator: the API server still creates labelled pods without crik; see: cluster.sh kubectl -n crik logs deployment/crik-operator" >&2
exit 1
