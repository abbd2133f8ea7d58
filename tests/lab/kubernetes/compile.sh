#!/bin/bash
# compile.sh: run by build.sh inside the Debian 12 that has the compiler; leaves the programs in /build/out.
set -euo pipefail
cd /build
version=1.20.5+really1.20.2-1.1+deb12u1
source=kubernetes-${version%-*}
if [ ! -e "$source" ]; then
  apt-get update -qq
  apt-get source -qq --download-only "kubernetes=$version"
  rm -rf unpacked
  dpkg-source --extract kubernetes_*.dsc unpacked
  # The vendored reflect2 knows only the maps of Go before 1.18: with a later Go every map that becomes JSON is a crash.
  reflect2=/usr/share/gocode/src/github.com/modern-go/reflect2
  rm -f unpacked/vendor/github.com/modern-go/reflect2/*.{go,s}
  cp "$reflect2"/*.{go,s} unpacked/vendor/github.com/modern-go/reflect2/
  mkdir -p unpacked/.go/src/k8s.io
  ln -s ../../.. unpacked/.go/src/k8s.io/kubernetes
  mv unpacked "$source"
fi
cd "$source"
# The version comes from git otherwise, and there is none here.
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
