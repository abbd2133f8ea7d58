#!/bin/bash
# operator.sh [--set NAME=VALUE]...: installs charts/crik in the namespace crik of the cluster, with the operator, the node
# agent and the bundle of this checkout, and waits until a pod with the label is injected and every node has an agent. The
# bundle is pushed to the cluster's registry, and operator and agent trust the authority that has signed its certificate.
set -euo pipefail
cd "$(dirname "$0")"
artifacts=$(realpath ../../../artifacts)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
k() { ./cluster.sh kubectl "$@"; }

root=$(../rootfs.sh experimental)
for program in crik-operator crik-node-agent; do
  install -D -m755 "$artifacts/$program" "$work/$program/usr/local/bin/$program"
  chmod -R a+rX "$work/$program"
  ENTRYPOINT=/usr/local/bin/$program ./make-image.sh "localhost/$program:test" "$root:$work/$program" "$work/$program.tar"
  ./cluster.sh load "$work/$program.tar"
done
bundle=$(./cluster.sh push "$artifacts/bundle-image.tar")
authorities=$(./cluster.sh paths | sed -n s/^CA=//p)

k create namespace crik --dry-run=client -o yaml | k apply -f -
k --namespace crik create configmap registries --from-file=ca.crt="$authorities" --dry-run=client -o yaml | k apply -f -
version_of() { echo "sha256-$(sha256sum <"$artifacts/$1" | cut -c 1-16)"; } # makes new pods for a new program
k apply -f ../../../charts/crik/crds
"$artifacts/render-chart" --release crik --namespace crik \
  --kube-version "$(k version -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])')" \
  --api-versions "$(k api-versions)" \
  --set operator.image.repository=localhost/crik-operator --set operator.image.tag=test --set operator.image.pullPolicy=Never \
  --set bundle.image.repository="${bundle%@*}" --set bundle.image.digest="${bundle#*@}" \
  --set migration.enabled=true --set migration.policies.enabled=true --set migration.policies.kubelets.enabled=true \
  --set nodeAgent.enabled=true --set nodeAgent.readEncryptionSecrets=true --set nodeAgent.repository=registry.lab/checkpoints \
  --set nodeAgent.image.repository=localhost/crik-node-agent --set nodeAgent.image.tag=test --set nodeAgent.image.pullPolicy=Never \
  --set registry.caConfigMap=registries --set podAnnotations.operator="$(version_of crik-operator)" \
  --set nodeAgent.podAnnotations.agent="$(version_of crik-node-agent)" "$@" ../../../charts/crik | k apply -f -
k --namespace crik rollout status deployment/crik-operator --timeout=180s
k --namespace crik rollout status daemonset/crik-node-agent --timeout=180s

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
