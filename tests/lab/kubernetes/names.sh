#!/bin/bash
# names.sh REGISTRY ADDRESS: the name server of the pods, on the machine `control`. It knows the registry,
# NAME.NAMESPACE.svc.cluster.local of every Service, and POD.NAME.NAMESPACE.svc.cluster.local of the ready pods of a
# headless one, as CoreDNS does, which Debian does not have.
set -euo pipefail
names=/run/names                     # dnsmasq watches this directory
rm -rf $names; mkdir $names
dnsmasq --no-resolv --no-hosts --hostsdir=$names --local=/cluster.local/ --address=/#/ --address="/$1/$2" --user=root --pid-file=

# watch FUNCTION TEMPLATE ARGUMENTS...: calls the function with the fields of each event: its type, the namespace, the
# name, and those of the template. The role of the controller manager allows to list and watch everything. The watch
# ends with the API server; what was deleted meanwhile keeps its name.
watch() {
  local handler=$1 template=$2; shift 2
  while sleep 1; do
    kubectl --kubeconfig=/config/kube-controller-manager.kubeconfig get "$@" --all-namespaces --watch --output-watch-events \
      --output="go-template={{.type}} {{.object.metadata.namespace}} {{.object.metadata.name}} $template{{\"\\n\"}}" |
      while read -ra fields; do "$handler" "${fields[@]}"; done || true
  done
}

service() { # service TYPE NAMESPACE NAME ADDRESS
  local file=$names/service.$2.$3
  # A headless Service has the address None, and an ExternalName has no value.
  if [ "$1" != DELETED ] && [[ $4 = *[.:]* ]]; then echo "$4 $3.$2.svc.cluster.local" >"$file"; else rm -f "$file"; fi
}

slice() { # slice TYPE NAMESPACE NAME SERVICE [ADDRESS/POD/READY...]
  local type=$1 file=$names/slice.$2.$3 domain=$4.$2.svc.cluster.local endpoint address pod ready; shift 4
  if [ "$type" = DELETED ]; then rm -f "$file"; return; fi
  for endpoint in "$@"; do
    IFS=/ read -r address pod ready <<<"$endpoint"
    [ "$ready" = true ] && echo "$address $domain ${pod:+$pod.$domain}"
  done >"$file" || true
}

watch service '{{.object.spec.clusterIP}}' services &
watch slice '{{index .object.metadata.labels "kubernetes.io/service-name"}}
  {{- range .object.endpoints}} {{index .addresses 0}}/{{with .hostname}}{{.}}{{end}}/{{.conditions.ready}}{{end}}' \
  endpointslices --selector=service.kubernetes.io/headless &
wait
