"""Writes the bundle's directory as a tarball and as an OCI image archive. The same content gives the same bytes."""
import datetime, gzip, hashlib, io, json, os, struct, tarfile

ROOT = 'opt/crik'
# What criu needs to run as another user than root: CAP_SETPCAP, CAP_SYS_PTRACE and CAP_CHECKPOINT_RESTORE (docs/design/0003-privileges.md),
# permitted, inheritable and effective, as the kernel stores them (struct vfs_cap_data, include/uapi/linux/capability.h).
CAPABILITIES = 1 << 8 | 1 << 19 | 1 << 40
LOW, HIGH = CAPABILITIES & 0xffffffff, CAPABILITIES >> 32
ATTRIBUTE, VALUE = 'security.capability', struct.pack('<5I', 0x02000001, LOW, LOW, HIGH, HIGH)
WITH_CAPABILITIES = 'bin/criu'
LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'


def give_capabilities(directory):
    """Only root may do that. The archives have the capabilities all the same."""
    if os.geteuid() == 0:
        os.setxattr(f'{directory}/{WITH_CAPABILITIES}', ATTRIBUTE, VALUE)


def write_tarball(directory, out, time):
    """Returns the digest of the tar without compression, which an image's configuration names."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode='w', format=tarfile.PAX_FORMAT) as archive:
        for name in ['opt', ROOT, *sorted(f'{ROOT}/{path}' for path in paths(directory))]:
            add(archive, name, os.path.join(directory, os.path.relpath(name, ROOT)) if name.startswith(f'{ROOT}/') else None, time)
    with open(out, 'wb') as file, gzip.GzipFile('', 'wb', 9, file, mtime=0) as compressed:
        compressed.write(tar.getvalue())
    return digest(tar.getvalue())


def paths(directory):
    for parent, directories, files in os.walk(directory):
        for name in directories + files:
            yield os.path.relpath(os.path.join(parent, name), directory)


def links_of_an_image_volume(time):
    """
    Returns a layer with links for an image volume, which has the whole image at /opt/crik: /opt/crik/bin then leads to
    /opt/crik/opt/crik/bin. A subPath would do that too, but containerd 2.1.9 ignores it.
    """
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode='w', format=tarfile.PAX_FORMAT) as archive:
        for name in ['bin', 'lib']:
            entry = tarfile.TarInfo(name)
            entry.mtime, entry.type, entry.mode, entry.linkname = time, tarfile.SYMTYPE, 0o777, f'{ROOT}/{name}'
            archive.addfile(entry)
    return tar.getvalue()


def add(archive, name, source, time):
    entry = tarfile.TarInfo(name)
    entry.mtime = time
    if source is None or os.path.isdir(source):
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
        return
    if name == f'{ROOT}/{WITH_CAPABILITIES}':
        entry.pax_headers = {f'SCHILY.xattr.{ATTRIBUTE}': VALUE.decode('latin-1')}
    entry.mode = 0o755 if os.access(source, os.X_OK) else 0o644
    entry.size = os.path.getsize(source)
    with open(source, 'rb') as content:
        archive.addfile(entry, content)


def write_image(tarball, tar_digest, out, time, version):
    """Writes an OCI image layout (github.com/opencontainers/image-spec/blob/main/image-layout.md): the tarball, and a layer of links."""
    with open(tarball, 'rb') as file:
        layer = file.read()
    links = links_of_an_image_volume(time)
    compressed_links = gzip.compress(links, 9, mtime=0)
    when = timestamp(time)
    config = encoded({
        'created': when, 'architecture': 'amd64', 'os': 'linux',
        'config': {'Entrypoint': [f'/{ROOT}/bin/crik'], 'Labels': {'org.opencontainers.image.title': 'crik', 'org.opencontainers.image.version': version,
                                                                   'org.opencontainers.image.licenses': 'Apache-2.0 AND GPL-2.0-only AND LGPL-2.1-or-later'}},
        'rootfs': {'type': 'layers', 'diff_ids': [tar_digest, digest(links)]},
        'history': [{'created': when, 'created_by': 'build/bundle/bundle.sh'}] * 2})
    manifest = encoded({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json',
                        'config': descriptor('application/vnd.oci.image.config.v1+json', config), 'layers': [descriptor(LAYER, layer), descriptor(LAYER, compressed_links)]})
    index = encoded({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json', 'manifests': [
        {**descriptor('application/vnd.oci.image.manifest.v1+json', manifest), 'platform': {'architecture': 'amd64', 'os': 'linux'},
         # The first is the tag for skopeo and podman, the second the name for `docker load` and `ctr images import`.
         'annotations': {'org.opencontainers.image.ref.name': version, 'io.containerd.image.name': f'docker.io/library/crik:{version}'}}]})
    with tarfile.open(out, 'w', format=tarfile.PAX_FORMAT) as archive:
        for name, content in [('oci-layout', encoded({'imageLayoutVersion': '1.0.0'})), ('index.json', index),
                              *((f'blobs/sha256/{digest(blob)[7:]}', blob) for blob in sorted([config, manifest, layer, compressed_links], key=digest))]:
            entry = tarfile.TarInfo(name)
            entry.mtime, entry.mode, entry.size = time, 0o644, len(content)
            archive.addfile(entry, io.BytesIO(content))


def descriptor(media_type, content):
    return {'mediaType': media_type, 'digest': digest(content), 'size': len(content)}


def encoded(value):
    return json.dumps(value, separators=(',', ':')).encode()


def digest(content):
    return 'sha256:' + hashlib.sha256(content).hexdigest()


def timestamp(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
