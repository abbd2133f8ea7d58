#!/bin/bash
# names.sh: the name server of the pods, on the machine `control`. It knows NAME.NAMESPACE.svc.cluster.local of every
# Service with an address. It is not CoreDNS, which Debian does not have: it knows no headless Services and no pods, and
# a Service that was deleted keeps its name until the cluster is started again.
set -euo pipefail
names=/run/names                     # dnsmasq watches this directory
mkdir -p $names
dnsmasq --no-resolv --no-hosts --hostsdir=$names --local=/cluster.local/ --address=/#/ --user=root --pid-file=
# The role of the controller manager allows to list and watch everything. The watch ends with the API server.
while sleep 1; do
  kubectl --kubeconfig=/config/kube-controller-manager.kubeconfig get services --all-namespaces --watch \
    --output='jsonpath={.spec.clusterIP} {.metadata.name} {.metadata.namespace}{"\n"}' |
    while read -r address name namespace; do
      [ "$address" = None ] || echo "$address $name.$namespace.svc.cluster.local" >"$names/$namespace.$name"
    done || true
done
