#!/bin/bash
# monitoring.sh: prints the directory of prometheus, promtool and prometheus-node-exporter, which are Debian's. The first time it
# downloads their packages. It unpacks them and does not install them, because an installed package starts a service.
set -euo pipefail
. "$(dirname "$0")/../../build/packages.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/crik-lab
programs=$cache/monitoring
mkdir -p "$cache"
exec 9>"$programs.lock"; flock 9
if [ ! -e "$programs" ]; then
  echo "getting prometheus and its node exporter" >&2
  new=$cache/.new-monitoring
  rm -rf "$new"; mkdir -p "$new/packages"
  get() { (cd "$new/packages" && apt-get download -qq prometheus prometheus-node-exporter 2>/dev/null); }
  get || { again apt-get update -qq -o DPkg::Lock::Timeout=300 >&2; again get; }
  for package in "$new"/packages/*.deb; do dpkg-deb -x "$package" "$new"; done
  rm -rf "$new/packages"
  mv "$new" "$programs"
fi
echo "$programs/usr/bin"
