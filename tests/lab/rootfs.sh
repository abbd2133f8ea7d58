#!/bin/bash
# rootfs.sh [experimental|trixie]: makes, once, the root file system of the lab's pods and prints its path:
# criu 4.3 (sid and experimental; the default), or criu 4.1.1 (trixie), and Python for the test programs.
set -euo pipefail
suite=${1:-experimental}
recipe=2                                  # one more when what is below changes
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab
root=$cache/rootfs-$suite-$recipe
mkdir -p "$cache"
exec 9>"$cache/rootfs-$suite.lock"; flock 9
if [ -e "$root" ]; then echo "$root"; exit 0; fi
new=$cache/.new-rootfs-$suite; rm -rf --one-file-system "$new"
echo "making the root file system $root" >&2
mirror=$("$(dirname "$0")/mirror.sh")
packages=procps,iproute2,python3
if [ "$suite" = trixie ]; then
  mmdebstrap --quiet --variant=minbase --include="criu,$packages" trixie "$new" "$mirror" >&2
else
  # a stored copy of sid may be past its validity date
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --include="$packages" sid "$new" "$mirror" >&2
  echo "deb $mirror experimental main" >"$new/etc/apt/sources.list.d/experimental.list"
  chroot "$new" sh -c 'apt-get -o Acquire::Check-Valid-Until=false -qq update && apt-get install -y -qq --no-install-recommends -t experimental criu' >&2
fi
rm -rf "$new"/var/lib/apt/lists/* "$new"/var/cache/apt/archives/*.deb
mv "$new" "$root"
echo "$root"
