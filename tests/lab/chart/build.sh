#!/bin/bash
# build.sh OUTPUT: builds render-chart with what Debian has of Helm's own libraries; asks no Go proxy.
# Installs what is missing (Debian 12 or newer, root).
set -euo pipefail
mkdir -p "$(dirname "$1")"
output=$(realpath "$1")
cd "$(dirname "$0")"
libraries=/usr/share/gocode
missing=()
command -v go >/dev/null || missing+=(golang-go)
need() { [ -d "$libraries/src/$1" ] || missing+=("$2"); } # need DIRECTORY PACKAGE
need github.com/Masterminds/sprig golang-github-masterminds-sprig-dev
need github.com/Masterminds/semver golang-github-masterminds-semver-dev
need github.com/xeipuuv/gojsonschema golang-github-xeipuuv-gojsonschema-dev
need sigs.k8s.io/yaml golang-k8s-sigs-yaml-dev
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! grep -qs '^ID=debian' /etc/os-release; then
    echo "rendering the chart needs these of Debian's packages: ${missing[*]}" >&2; exit 1
  fi
  . ../packages.sh
  install_packages "${missing[@]}"
fi
GOPATH=$libraries GO111MODULE=off GOFLAGS= go build -trimpath -o "$output" .
