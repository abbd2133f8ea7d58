#!/bin/bash
# program-layer.sh ROOT BASE LAYER PROGRAM...: copies programs of the root file system ROOT into the directory LAYER,
# with the libraries that the root file system BASE does not have. LAYER is then a layer for make-image.sh over BASE.
set -euo pipefail
root=$1 base=$2 layer=$3; shift 3
for program in "$@"; do
  { echo "$program"; chroot "$root" ldd "$program" | awk '/=> \//{print $3}'; } | while read -r file; do
    [ -e "$base$file" ] || {
      # /lib is a link in both, and a directory of that name in a layer would take its place.
      directory=$(chroot "$root" realpath "$(dirname "$file")")
      install -D -m755 "$root$file" "$layer$directory/$(basename "$file")"
    }
  done
done
