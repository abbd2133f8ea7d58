#!/bin/bash
# compile.sh: compiles Kubernetes into /build/out. build.sh runs it in a Debian 12 with the compiler.
set -euo pipefail
cd /build
version=1.20.5+really1.20.2-1.1+deb12u1
source=kubernetes-${version%-*}
if [ ! -e "$source" ]; then
  apt-get update -qq
  apt-get source -qq --download-only "kubernetes=$version"
  rm -rf unpacked
  dpkg-source --extract kubernetes_*.dsc unpacked
  # The vendored reflect2 supports only the maps of Go before 1.18. With a later Go, every conversion of a map to JSON
  # crashes.
  reflect2=/usr/share/gocode/src/github.com/modern-go/reflect2
  rm -f unpacked/vendor/github.com/modern-go/reflect2/*.{go,s}
  cp "$reflect2"/*.{go,s} unpacked/vendor/github.com/modern-go/reflect2/
  mkdir -p unpacked/.go/src/k8s.io
  ln -s ../../.. unpacked/.go/src/k8s.io/kubernetes
  mv unpacked "$source"
fi
cd "$source"
# Without this file, the build asks git for the version, and this source has no git repository.
cat >/build/version <<V
KUBE_GIT_COMMIT='debian'
KUBE_GIT_TREE_STATE='clean'
KUBE_GIT_VERSION='v1.20.2'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
V
export KUBE_GIT_VERSION_FILE=/build/version HOME=/build/home GOPATH=$PWD/.go GOPROXY=off CGO_ENABLED=0
mkdir -p "$HOME"
programs="kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl"
rm -rf /build/out.new; mkdir /build/out.new
for program in $programs; do
  make WHAT="cmd/$program"
  install -m755 "_output/local/bin/linux/amd64/$program" "/build/out.new/$program"
done
gcc -Os -static -s -o /build/out.new/pause /build/pause.c
rm -rf /build/out; mv /build/out.new /build/out
