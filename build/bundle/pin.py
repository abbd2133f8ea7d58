#!/usr/bin/env python3
"""pin.py: writes build/bundle/packages with what Debian has now. Run it to move to a newer criu, then `make bundle` and the tests.

Packages come from sid; criu comes from experimental. The time in the file is that of sid's own Release file, so a snapshot of that
time at snapshot.debian.org has every file.
"""
import email.utils, lzma, os, subprocess, sys, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = '''base-files criu libbsd0 libc6 libgmp10 libgnutls30t64 libhogweed6t64 libidn2-0 libjansson4 libmd0 libmnl0 libnet9 libnettle8t64 libnftables1
libnftnl11 libnl-3-200 libprotobuf-c1 libtasn1-6 libunistring5 libuuid1 libxtables12'''.split()


def main():
    mirror = sys.argv[1] if len(sys.argv) > 1 else subprocess.check_output([f'{HERE}/../../tests/lab/mirror.sh'], text=True).strip()
    found = {**packages(mirror, 'sid'), **{name: p for name, p in packages(mirror, 'experimental').items() if name == 'criu'}}
    missing = sorted(set(NAMES) - set(found))
    if missing:
        sys.exit(f'{mirror} has no package {", ".join(missing)}: change NAMES in {__file__}')
    comments = [line for line in open(f'{HERE}/packages') if line.startswith('#')] if os.path.exists(f'{HERE}/packages') else []
    with open(f'{HERE}/packages', 'w') as out:
        out.writelines(comments)
        out.write(f'snapshot {time_of(mirror)}\n')
        for name in NAMES:
            package = found[name]
            out.write(f'{name} {package["Version"]} {package["Filename"]} {package["SHA256"]}\n')


def packages(mirror, suite):
    text = lzma.decompress(read(f'{mirror}/dists/{suite}/main/binary-amd64/Packages.xz')).decode()
    blocks = (dict(line.split(': ', 1) for line in block.split('\n') if ': ' in line and line[0] != ' ') for block in text.split('\n\n'))
    return {block['Package']: block for block in blocks if block.get('Package') in NAMES}


def time_of(mirror):
    lines = read(f'{mirror}/dists/sid/Release').decode().split('\n')
    date = next(line for line in lines if line.startswith('Date: '))[6:]
    return email.utils.parsedate_to_datetime(date).strftime('%Y%m%dT%H%M%SZ')


def read(url):
    with urllib.request.urlopen(url, timeout=300) as answer:
        return answer.read()


if __name__ == '__main__':
    main()
