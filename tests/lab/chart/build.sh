#!/bin/bash
# build.sh OUTPUT: builds render-chart with Debian's packages of the libraries that Helm uses. It needs no Go proxy.
# It installs missing packages, for which it must run as root on Debian 12 or newer.
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
    echo "render-chart cannot be built without these Debian packages: ${missing[*]}" >&2
    echo "Install them, or run this as root on Debian, which installs them." >&2
    exit 1
  fi
  . ../../../build/packages.sh
  install_packages "${missing[@]}"
fi
GOPATH=$libraries GO111MODULE=off GOFLAGS= go build -trimpath -o "$output" .
