#!/usr/bin/env python3
"""bundle.py CRIK OUT: makes OUT, the content of /opt/crik, and beside it OUT.tar.gz and OUT-image.tar. docs/bundle.md says what they are for."""
import calendar, contextlib, gzip, hashlib, http.client, os, re, shutil, subprocess, sys, tempfile, time, urllib.request
import archives, loader

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARIES = '/opt/crik/lib'
LOADER = 'ld-linux-x86-64.so.2'
NOT_FROM_DEBIAN = 'libp11-kit.so.0'           # no-p11-kit.sh makes it
MOST_BYTES, MOST_COMPRESSED_BYTES = 20_000_000, 8_000_000
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'crik-lab', 'debian')


def main():
    crik, out = sys.argv[1:]
    snapshot, pins = read_pins()
    epoch = int(os.environ.get('SOURCE_DATE_EPOCH') or calendar.timegm(time.strptime(snapshot, '%Y%m%dT%H%M%SZ')))
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as debian:
        for _, _, path, checksum in pins:
            subprocess.run(['dpkg-deb', '--extract', fetch(path, checksum, snapshot), debian], check=True)
        make_directory(crik, debian, out)
        write_licenses(debian, out, snapshot, pins)
    archives.give_capabilities(out)
    tar_digest = archives.write_tarball(out, f'{out}.tar.gz', epoch)
    version = subprocess.check_output([crik, 'version'], text=True).split()[-1].split('+')[0]
    archives.write_image(f'{out}.tar.gz', tar_digest, f'{out}-image.tar', epoch, version)
    check_size(out)


def read_pins():
    with open(f'{HERE}/packages') as file:
        lines = [line.split() for line in file if line[0] not in '#\n']
    return lines[0][1], lines[1:]


def fetch(path, checksum, snapshot):
    """Returns a package's file, which is downloaded once."""
    cached = f'{CACHE}/{checksum}.deb'
    if os.path.exists(cached) and sha256(cached) == checksum:
        return cached
    os.makedirs(CACHE, exist_ok=True)
    places = [os.environ.get('CRIK_DEBIAN_MIRROR'), machine_mirror(), 'http://deb.debian.org/debian',
              f'https://snapshot.debian.org/archive/debian/{snapshot}']
    problems = []
    for place in dict.fromkeys(filter(None, places)):
        new = f'{cached}.{os.getpid()}'
        try:
            with urllib.request.urlopen(f'{place}/{path}', timeout=300) as answer, open(new, 'wb') as file:
                shutil.copyfileobj(answer, file)
            if sha256(new) == checksum:
                os.rename(new, cached)
                return cached
            problems.append(f'{place}: the file has another checksum')
        except (OSError, http.client.HTTPException, ValueError) as error:  # the last one for what is no address
            problems.append(f'{place}: {error}')
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.remove(new)
    sys.exit(f'cannot get {path}: {"; ".join(problems)} (set CRIK_DEBIAN_MIRROR to a mirror of Debian that has it)')


def machine_mirror():
    return subprocess.run([f'{HERE}/../../tests/lab/mirror.sh'], capture_output=True, text=True).stdout.strip()


def sha256(file):
    with open(file, 'rb') as content:
        return hashlib.file_digest(content, 'sha256').hexdigest()


def make_directory(crik, debian, out):
    for name, source in {'crik': crik, 'criu': f'{debian}/usr/sbin/criu'}.items():
        install(source, f'{out}/bin/{name}', 0o755)
        subprocess.run(['patchelf', '--set-interpreter', f'{LIBRARIES}/{LOADER}', '--force-rpath', '--set-rpath', LIBRARIES, f'{out}/bin/{name}'], check=True)
    waiting = [f'{out}/bin/crik', f'{out}/bin/criu']
    while waiting:
        waiting += [added for name in needed(waiting.pop()) if (added := add_library(name, debian, out))]
    loader.keep_to_the_bundle(f'{out}/lib/{LOADER}')
    subprocess.run([f'{HERE}/no-p11-kit.sh', f'{out}/lib/libgnutls.so.30', f'{out}/lib/{NOT_FROM_DEBIAN}'], check=True)


def add_library(name, debian, out):
    """Returns the new file, or None if the bundle has this library already. An executable's RPATH serves its libraries too."""
    target, source = f'{out}/lib/{name}', f'{debian}/usr/lib/x86_64-linux-gnu/{name}'
    if name == NOT_FROM_DEBIAN or os.path.exists(target):
        return None
    if not os.path.exists(source):
        sys.exit(f'no package in build/bundle/packages has {name}: add its package to NAMES in build/bundle/pin.py')
    install(source, target, 0o755 if name == LOADER else 0o644)
    if subprocess.check_output(['patchelf', '--print-rpath', target], text=True).strip():
        sys.exit(f'{name} has a search path of its own: it would look for libraries outside of {LIBRARIES}')
    return target


def needed(file):
    return subprocess.check_output(['patchelf', '--print-needed', file], text=True).split()


def write_licenses(debian, out, snapshot, pins):
    """Copies the licences of what is in the bundle, compressed, and says where the sources are."""
    install(f'{HERE}/../../LICENSE', f'{out}/licenses/crik', 0o644)
    compress(dotnet_licenses(), f'{out}/licenses/dotnet.gz')
    common, sources = set(), []
    for name, version, path, _ in pins:
        if name == 'base-files':              # only has the texts to which the others refer
            continue
        with open(f'{debian}/usr/share/doc/{name}/copyright', 'rb') as file:
            text = file.read()
        compress(text, f'{out}/licenses/{name}.gz')
        common |= {found.decode().rstrip('.') for found in re.findall(rb'/usr/share/common-licenses/([\w.-]+)', text)}
        sources.append(f'{name} {version}: https://snapshot.debian.org/archive/debian/{snapshot}/{os.path.dirname(path)}/\n')
    for name in sorted(common - {''}):
        with open(f'{debian}/usr/share/common-licenses/{name}', 'rb') as file:
            compress(file.read(), f'{out}/licenses/common-{name}.gz')
    with open(f'{HERE}/SOURCES') as head, open(f'{out}/licenses/SOURCES', 'w') as file:
        file.write(head.read())
        file.writelines(sources)


def dotnet_licenses():
    """Returns what the SDK that has built crik says about .NET, which is linked into crik."""
    sdk = os.path.dirname(os.path.realpath(shutil.which('dotnet') or sys.exit('cannot find dotnet, beside which the licence of .NET is: add it to the PATH')))
    text = b''
    for name in ['LICENSE.txt', 'ThirdPartyNotices.txt']:
        with open(f'{sdk}/{name}', 'rb') as file:
            text += file.read()
    return text


def compress(text, target):
    with open(target, 'wb') as file, gzip.GzipFile('', 'wb', 9, file, mtime=0) as compressed:
        compressed.write(text)


def install(source, target, mode):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
    os.chmod(target, mode)


def check_size(out):
    files = [os.path.join(parent, name) for parent, _, names in os.walk(out) for name in names]
    size, compressed = sum(map(os.path.getsize, files)), os.path.getsize(f'{out}.tar.gz')
    print(f'size:    {size} bytes in {len(files)} files, compressed {compressed} bytes')
    if size > MOST_BYTES or compressed > MOST_COMPRESSED_BYTES:
        sys.exit(f'the bundle is too large: it may have {MOST_BYTES} bytes, and {MOST_COMPRESSED_BYTES} compressed')


if __name__ == '__main__':
    main()
