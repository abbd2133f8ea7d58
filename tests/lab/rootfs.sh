#!/bin/bash
# rootfs.sh [experimental|trixie|bookworm|plain|programs|today|torch|jupyter|static|musl][-trixie|-sid]: prints the path of a root file
# system for the lab's pods. The first time it makes that file system.
#   experimental     Debian sid with criu 4.3 and Python for the test programs (the default)
#   trixie           Debian 13 with criu 4.1.1        bookworm         Debian 12 with criu 3.17.1
#   plain            Debian 12 with Python and nginx, without criu
#   programs         Debian 13 with the programs of the matrix and criu 4.3
#   today            Debian sid with those that are wanted newer, and criu 4.3
#   torch            Debian sid with PyTorch and criu 4.3       jupyter   Debian sid with a Jupyter server and criu 4.3
#   static           only one static program          musl             only one program, and musl for it
#   …-trixie         the same with criu 4.1.1         …-sid            the same with criu 4.2.1
set -euo pipefail
. "$(dirname "$0")/../../build/packages.sh"
suite=${1:-experimental}
case $suite in                            # add one when something below changes
  programs|programs-*) recipe=3 ;;
  static|musl) recipe=$(cksum <"$(dirname "$0")/programs/counter.c" | cut -d' ' -f1) ;;
  *) recipe=2 ;;
esac
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab
root=$cache/rootfs-$suite-$recipe
mkdir -p "$cache"
exec 9>"$cache/rootfs-$suite.lock"; flock 9
if [ -e "$root" ]; then echo "$root"; exit 0; fi
new=$cache/.new-rootfs-$suite
echo "making the root file system $root" >&2
mirror=$("$(dirname "$0")/mirror.sh")
packages=procps,iproute2,python3
any_date=Acquire::Check-Valid-Until=false # a stored copy of sid may be past its validity date
bootstrap() { # bootstrap SUITE PACKAGES [OPTIONS]
  rm -rf --one-file-system "$new"
  mmdebstrap --quiet --variant=minbase --include="$2" "${@:3}" "$1" "$new" "$mirror" >&2
}
newest_criu() { # newest_criu SUITE...: installs it with its dependencies
  printf "deb $mirror %s main\n" "$@" >"$new/etc/apt/sources.list.d/newest.list"
  again chroot "$new" sh -c "apt-get -o $any_date -qq update && apt-get install -y -qq --no-install-recommends -t experimental criu" >&2
}
case $suite in
  static|musl)
    command -v musl-gcc >/dev/null || install_packages musl-tools
    rm -rf --one-file-system "$new"; mkdir -p "$new"
    if [ "$suite" = musl ]; then
      mkdir "$new/lib"; cp -L /lib/ld-musl-*.so.1 "$new/lib"
    fi
    musl-gcc -O2 $([ "$suite" = musl ] || echo -static) -o "$new/counter" "$(dirname "$0")/programs/counter.c" ;;
  trixie|bookworm)
    again bootstrap "$suite" "criu,$packages" ;;
  plain)
    again bootstrap bookworm python3,nginx ;;
  programs)
    packages+=,curl,nodejs,openjdk-21-jdk-headless,redis-server,redis-tools,postgresql,nginx,haproxy,golang-go,sqlite3
    packages+=,python3-ipykernel,python3-jupyter-client,tmux,vim,libicu76,chromium-headless-shell
    again bootstrap trixie "$packages"
    newest_criu experimental sid ;;
  *-trixie|*-sid)                         # exactly the same, with another criu
    rm -rf --one-file-system "$new"; mkdir "$new"; cp -a "$("$0" "${suite%-*}")/." "$new"
    printf 'deb %s %s main\n' "$mirror" "${suite##*-}" >"$new/etc/apt/sources.list.d/newest.list"
    again chroot "$new" sh -c "apt-get -o $any_date -qq update &&
      apt-get install -y -qq --no-install-recommends --allow-downgrades criu/${suite##*-}" >&2 ;;
  *)
    case $suite in
      today) packages+=,curl,gcc,make,libc6-dev,r-base-core,rabbitmq-server,python3-pika,openttd,openttd-opengfx,ffmpeg ;;
      torch) packages+=,python3-torch ;;
      jupyter) packages+=,jupyter-server,python3-ipykernel ;;
    esac
    again bootstrap sid "$packages" --aptopt='Acquire::Check-Valid-Until "false"'
    newest_criu experimental ;;
esac
rm -rf "$new"/var/lib/apt/lists/* "$new"/var/cache/apt/archives/*.deb
mv "$new" "$root"
echo "$root"
