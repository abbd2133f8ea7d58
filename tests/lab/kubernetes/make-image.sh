#!/bin/bash
# make-image.sh NAME:TAG[,NAME:TAG...] DIR[:DIR...] OUT.tar [COMMAND...]: makes a container image without Docker.
# `cluster.sh load` and `docker load` can read it. Each directory is a layer, and the last one is on top. The
# environment variable ENTRYPOINT is the entry point of the image, and IMAGE_USER its user. Each NAME must start with
# localhost/, because otherwise it means docker.io/library/NAME.
set -euo pipefail
names=$1 directories=$2 out=$3; shift 3
[ $# -gt 0 ] || [ -n "${ENTRYPOINT:-}" ] || set -- /bin/sh
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
layers=()
IFS=: read -ra directories <<<"$directories"
for directory in "${directories[@]}"; do
  layers+=("layer-${#layers[@]}.tar")
  tar --numeric-owner --one-file-system --sort=name -C "$directory" -cf "$work/${layers[-1]}" .
done
python3 - "$work" "$names" "${#layers[@]}" "$@" <<'P'
import hashlib, json, os, sys
work, names, count, *command = sys.argv[1:]
layers = [f'layer-{n}.tar' for n in range(int(count))]
def digest(layer):
    with open(f'{work}/{layer}', 'rb') as f:
        return 'sha256:' + hashlib.file_digest(f, 'sha256').hexdigest()
def write(file, value):
    with open(f'{work}/{file}', 'w') as f:
        json.dump(value, f)
write('config.json', {'architecture': 'amd64', 'os': 'linux',
                      'config': {'Cmd': command, 'Entrypoint': os.environ.get('ENTRYPOINT', '').split(),
                                 'User': os.environ.get('IMAGE_USER', ''), 'Env': ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']},
                      'rootfs': {'type': 'layers', 'diff_ids': [digest(layer) for layer in layers]}})
write('manifest.json', [{'Config': 'config.json', 'RepoTags': names.split(','), 'Layers': layers}])
P
tar -C "$work" -cf "$out" manifest.json config.json "${layers[@]}"
