#!/bin/bash
# publish.sh PROJECT DIR: builds a native binary, for the newest framework whose NativeAOT runtime pack the package feed has.
set -euo pipefail
project=$1 out=$2
for framework in net10.0 net9.0; do
  log=$(mktemp)
  if dotnet publish "$project" -c Release -p:CrikNative=true -p:CrikFramework=$framework -o "$out" >"$log" 2>&1; then
    echo "native build of $(basename "$project" .csproj) for $framework"; rm "$log"; exit 0
  fi
  # NU1101, NU1102 and NU1103 say that the feed has no such package. Everything else is a real error.
  if [ $framework = net9.0 ] || ! grep -qE 'NU110[123]' "$log"; then cat "$log" >&2; rm "$log"; exit 1; fi
  echo "the feed has no NativeAOT runtime pack for $framework" >&2; rm "$log"
  git -C "$(dirname "$project")" clean -fqx -- ../*/packages.native.$framework.lock.json # publish left it half-written
done
