#!/bin/bash
# criu-lz4.sh: prints the path of a criu with LZ4. The first time it compiles it from the source package of Debian's newest criu,
# which Debian builds without LZ4. The result runs in the lab's root file system and uses the libraries there.
set -euo pipefail
recipe=1                                  # add one when something below changes
cd "$(dirname "$0")"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab
criu=$cache/criu-lz4-$recipe
if [ -e "$criu" ]; then echo "$criu"; exit 0; fi
# In its own namespaces, so that its processes end with it, however it ends.
[ $$ = 1 ] || exec unshare --mount --pid --fork --kill-child --mount-proc "./$(basename "$0")"
mkdir -p "$cache"
exec 9>"$cache/criu-lz4.lock"; flock 9
if [ -e "$criu" ]; then echo "$criu"; exit 0; fi
compiler=$cache/.new-criu-lz4 log=$cache/criu-lz4.log
trap 'umount "$compiler/proc" 2>/dev/null || :; rm -rf --one-file-system "$compiler"' EXIT
trap 'exit 1' INT TERM
rm -rf --one-file-system "$compiler"
renice -n 10 $$ >/dev/null
echo "compiling criu with LZ4; log in $log" >&2
mirror=$(./mirror.sh)

# The build dependencies of Debian's criu, with LZ4 and without what its documentation needs.
packages=gcc,libc6-dev,make,pkgconf,dpkg-dev,protobuf-compiler,protobuf-c-compiler,libprotobuf-dev,libprotobuf-c-dev,libnl-3-dev
packages+=,libcap-dev,libbsd-dev,libnet1-dev,libgnutls28-dev,libnftables-dev,uuid-dev,liblz4-dev,python3-minimal
compile() {
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --include="$packages" sid "$compiler" "$mirror"
  cp /etc/resolv.conf "$compiler/etc/resolv.conf"
  echo "deb-src $mirror experimental main" >"$compiler/etc/apt/sources.list.d/source.list"
  mount -t proc proc "$compiler/proc"     # protoc finds its files through /proc/self/exe
  chroot "$compiler" sh -ec '
    apt-get -o Acquire::Check-Valid-Until=false -qq update
    cd /usr/src
    apt-get -o APT::Sandbox::User=root -qq source criu
    cd criu-*/
    make -j2 criu
    ldd criu/criu | grep liblz4'
  install -m755 "$compiler"/usr/src/criu-*/criu/criu "$criu.new"
  mv "$criu.new" "$criu"
}
compile >"$log" 2>&1 9>&- & # in the background, because a function before `||` does not end when one of its commands fails
wait $! || { echo "criu could not be compiled; the end of $log:" >&2; tail -n 30 "$log" >&2; exit 1; }
echo "$criu"
