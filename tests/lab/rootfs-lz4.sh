#!/bin/bash
# rootfs-lz4.sh: makes, once, the lab's root file system with a second criu in /usr/local/sbin, which can compress memory pages, and
# prints its path. Debian's criu is built without LZ4, so that one is compiled, from the same source package: four minutes.
set -euo pipefail
recipe=1                                  # one more when what is below changes
cd "$(dirname "$0")"
plain=$(./rootfs.sh experimental)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab
root=$cache/rootfs-lz4-$recipe
exec 9>"$cache/rootfs-lz4.lock"; flock 9
if [ -e "$root" ]; then echo "$root"; exit 0; fi
new=$cache/.new-rootfs-lz4 compiler=$cache/.new-compiler-lz4
rm -rf --one-file-system "$new" "$compiler"
trap 'rm -rf --one-file-system "$new" "$compiler"' EXIT
renice -n 10 $$ >/dev/null
echo "making the root file system $root: compiles criu with LZ4; log in $cache/criu-lz4.log" >&2
mirror=$(./mirror.sh)

# What criu asks for and Debian's has too (its rules file), less its documentation.
packages=gcc,libc6-dev,make,pkgconf,dpkg-dev,protobuf-compiler,protobuf-c-compiler,libprotobuf-dev,libprotobuf-c-dev,libnl-3-dev
packages+=,libcap-dev,libbsd-dev,libnet1-dev,libgnutls28-dev,libnftables-dev,uuid-dev,liblz4-dev,python3-minimal,libdrm-dev
compile() {
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --include="$packages" sid "$compiler" "$mirror"
  cp /etc/resolv.conf "$compiler/etc/resolv.conf"
  echo "deb-src $mirror experimental main" >"$compiler/etc/apt/sources.list.d/source.list"
  chroot "$compiler" sh -ec '
    apt-get -o Acquire::Check-Valid-Until=false -qq update
    cd /usr/src
    apt-get -o APT::Sandbox::User=root -qq source criu
    cd criu-*/
    make -j2 WERROR=0 criu
    grep "define CONFIG_LZ4" include/common/config.h criu/include/config.h'
  cp -a "$plain" "$new"
  install -m755 "$compiler"/usr/src/criu-*/criu/criu "$new/usr/local/sbin/criu"
  chroot "$new" ldd /usr/local/sbin/criu
}
compile >"$cache/criu-lz4.log" 2>&1 9>&- & # not after an `if` or before an `||`, for there a failing command does not end a function
wait $! || { echo "criu could not be compiled; the end of $cache/criu-lz4.log:" >&2; tail -n 30 "$cache/criu-lz4.log" >&2; exit 1; }
mv "$new" "$root"
echo "$root"
