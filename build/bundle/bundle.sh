#!/bin/bash
# bundle.sh CRIK OUT: makes the bundle of crik, criu and their libraries; see bundle.py. It needs a system with apt and dpkg.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
missing=()
for need in patchelf:patchelf python3:python3 objdump:binutils gcc:gcc; do
  command -v "${need%:*}" >/dev/null || missing+=("${need#*:}")
done
. "$here/../packages.sh"
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
exec python3 "$here/bundle.py" "$@"
