#!/bin/bash
# image.sh BENCH: from a checkpoint archive to an image in a registry, by crik and by buildah in the way of
# `checkpointctl build`. MIB: the size of the archives. DIRECTORY: where there is room for ten times that.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/packages.sh
bench=$(realpath "$1") mib=${MIB:-2048}
missing=()
for program in buildah docker-registry; do command -v $program >/dev/null || missing+=("$program"); done
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"

work=$(mktemp -d "${DIRECTORY:-/var/tmp}/crik-image-bench.XXXXXX")
registry=
finish() {
  [ -z "$registry" ] || kill "$registry" || true
  rm -rf "$work"
}
trap finish EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/registry.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:$port", secret: bench}
END
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 & registry=$!
until curl -fs "http://127.0.0.1:$port/v2/" >/dev/null; do kill -0 "$registry"; sleep 0.1; done
openssl req -x509 -newkey rsa:3072 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -subj /CN=bench -days 1 2>/dev/null

buildah_with() { # overlay where the file system can do it, as on nodes; vfs copies everything
  buildah --root "$work/storage" --runroot "$work/run" --storage-driver "$driver" "$@"
}
driver=overlay
buildah_with info >/dev/null 2>&1 || driver=vfs

by_crik() { # by_crik NAME ARCHIVE COMPRESSION [CERTIFICATE]
  local seconds peak size check digest
  read -r seconds peak size check digest < <("$bench" push "$2" "127.0.0.1:$port/crik" "${@:3}")
  [ "$digest" != missing ]
  printf '| %-34s | %7s | %9s | %10s | %8s |\n' "$1" "$seconds" "$size" "$peak" "$check"
  slowest=$(python3 -c "print(max($seconds, $slowest))")
  most=$((peak > most ? peak : most))
  rm -rf "$work/registry"
}
by_buildah() { # by_buildah NAME ARCHIVE; the annotations are those that checkpointctl sets
  local begin container key size
  begin=$(date +%s.%N)
  container=$(buildah_with from scratch)
  buildah_with add --quiet "$container" "$2" >/dev/null
  for key in engine.name container.name pod.name pod.namespace rootfsImageUserRequested rootfsImageName rootfsImageID runtime.name; do
    buildah_with config --annotation "org.criu.checkpoint.$key=bench" "$container"
  done
  buildah_with commit --quiet "$container" localhost/bench >/dev/null
  buildah_with push --quiet --tls-verify=false localhost/bench "docker://127.0.0.1:$port/buildah:bench"
  buildah_with rm "$container" >/dev/null
  theirs=$(python3 -c "import time; print(f'{time.time() - $begin:.1f}')")
  size=$(($(du -sm "$work/registry" | cut -f1)))
  printf '| %-34s | %7s | %9s | %10s | %8s |\n' "$1" "$theirs" "$size" '' ''
  buildah_with rmi --all --force >/dev/null
  rm -rf "$work/registry"
}

missed=0
goal() { # goal TEXT CONDITION-IN-PYTHON
  if python3 -c "raise SystemExit(not ($2))"; then echo "met: $1"; else echo "MISSED: $1"; missed=1; fi
}
for kind in half-random programs; do
  slowest=0 most=0
  "$bench" make $kind "$work/archive.tar" "$mib"
  cat "$work/archive.tar" >/dev/null
  echo "an archive of $mib MiB: $kind"
  echo '| way to the registry                | s       | size, MiB | memory MiB | check ms |'
  echo '|------------------------------------|--------:|----------:|-----------:|---------:|'
  by_crik 'crik' "$work/archive.tar" none
  by_crik 'crik, encrypted' "$work/archive.tar" none "$work/tls.crt"
  by_crik 'crik, gzip' "$work/archive.tar" gzip
  by_crik 'crik, gzip, encrypted' "$work/archive.tar" gzip "$work/tls.crt"
  by_buildah "buildah ($driver)" "$work/archive.tar"
  goal "crik takes at most $slowest s, half of buildah's $theirs s or less" "$slowest <= $theirs / 2"
  goal "crik has $most MiB of memory, at most 64" "$most <= 64"
done
exit $missed
