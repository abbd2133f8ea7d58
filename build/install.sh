#!/bin/bash
# install.sh: installs what the lab needs and this machine lacks. It needs Debian 12 or newer, and root.
# If everything is there, it does not start the package manager.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then
  echo "the lab needs root: it makes root file systems and runs containers (try: sudo make demo)" >&2; exit 1
fi
if ! command -v apt-get >/dev/null || ! grep -qs '^ID=debian' /etc/os-release; then
  echo "the lab needs Debian: it installs runc and makes root file systems with apt and mmdebstrap" >&2; exit 1
fi
missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); } # need COMMAND PACKAGE
need runc runc
need mmdebstrap mmdebstrap
need python3 python3
need setcap libcap2-bin
need ip iproute2
need openssl openssl
need curl curl
need docker-registry docker-registry            # the tests of Crik.Registry ask a real one
need skopeo skopeo                              # the tests of Crik.Images let it read their images
need xz xz-utils
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
PYTHONPATH=/usr/lib/python3/dist-packages python3 -c 'import yaml' 2>/dev/null || missing+=(python3-yaml)
command -v clang >/dev/null || need gcc gcc     # the native build can link with either of them
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
. "$(dirname "$0")/packages.sh"
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
