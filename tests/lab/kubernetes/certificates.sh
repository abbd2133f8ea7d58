#!/bin/bash
# certificates.sh DIR: makes the keys, certificates and kubeconfigs of the cluster in DIR, those that are not there.
set -euo pipefail
cd "$(dirname "$0")"; . ./settings.sh
final=$1
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

certificate() { # certificate NAME SUBJECT [SUBJECT_ALT_NAMES]
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  { echo "keyUsage=critical,digitalSignature,keyEncipherment"
    echo "extendedKeyUsage=serverAuth,clientAuth"
    echo "authorityKeyIdentifier=keyid"               # strict clients require it
    [ -z "${3:-}" ] || echo "subjectAltName=$3"; } >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

kubeconfig() { # kubeconfig FILE ADDRESS CREDENTIALS...
  local config=("$PROGRAMS/kubectl" config --kubeconfig "$1.kubeconfig") address=$2; shift 2
  "${config[@]}" set-cluster lab --server="https://$address" --certificate-authority=ca.crt --embed-certs
  "${config[@]}" set-credentials me "$@"
  "${config[@]}" set-context lab --cluster=lab --user=me
  "${config[@]}" use-context lab
} >/dev/null

by_certificate() { # by_certificate NAME ADDRESS
  kubeconfig "$1" "$2" --client-certificate="$1.crt" --client-key="$1.key" --embed-certs
}

node() { # node NAME
  certificate "$1" "/O=system:nodes/CN=system:node:$1" "DNS:$1,IP:$(node_ip "$1")"
  by_certificate "$1" "$CONTROL_IP:6443"
}

if [ -e "$final" ]; then
  cd "$final"
  for name in $NODES; do [ -e "$name.kubeconfig" ] || node "$name"; done
  exit
fi
rm -rf "$final.new"; mkdir -p "$final.new"; chmod 700 "$final.new"; cd "$final.new"
key ca
openssl req -x509 -new -key ca.key -subj /CN=crik-lab -days 3650 -addext keyUsage=critical,keyCertSign,cRLSign -out ca.crt
openssl genrsa -out service-accounts.key 2048 2>/dev/null
certificate kube-apiserver /CN=kube-apiserver \
  "IP:127.0.0.1,IP:$CONTROL_IP,IP:$API_SERVICE_IP,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
certificate registry /CN=registry "DNS:$REGISTRY,IP:$CONTROL_IP"
certificate kubelet-client /O=system:masters/CN=kube-apiserver
certificate kube-controller-manager /CN=system:kube-controller-manager
certificate kube-scheduler /CN=system:kube-scheduler
certificate kube-proxy /CN=system:kube-proxy
certificate admin /O=system:masters/CN=admin
for name in $NODES; do node "$name"; done
by_certificate kube-proxy "$CONTROL_IP:6443"
by_certificate kube-controller-manager 127.0.0.1:6443
by_certificate kube-scheduler 127.0.0.1:6443
by_certificate admin "127.0.0.1:$API_PORT"
token=$(openssl rand -hex 16)
echo "$token,admin-by-token,admin-by-token,system:masters" >tokens.csv
kubeconfig admin-by-token "127.0.0.1:$API_PORT" --token="$token"
mv "$final.new" "$final"
