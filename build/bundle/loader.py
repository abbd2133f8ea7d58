"""Makes glibc's dynamic linker search nowhere in the container's image."""

HOME = b'/opt/crik/lib/'
# What the linker has compiled in, and what takes its place, which must be as long. The kernel's /sys has no libraries. The paths that
# end in a slash are directories that the bundle does not have.
REPLACEMENTS = {
    b'/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0':
        HOME.ljust(22, b'/') + b'\0' + HOME.ljust(26, b'/') + b'\0/sys/\0/sys/////\0',
    b'/etc/ld.so.cache\0': b'/opt/crik/cache/\0',
    b'/etc/ld.so.preload\0': b'/opt/crik/preload/\0',
}


def keep_to_the_bundle(loader):
    """Changes the file of the dynamic linker.

    Libraries that a file needs are found by its RPATH. Without this change the linker would ask /etc/ld.so.preload and /etc/ld.so.cache of
    the image too, and its /lib and /usr/lib for libraries that are loaded by name, such as those of nsswitch.conf.
    """
    with open(loader, 'rb') as file:
        content = file.read()
    for old, new in REPLACEMENTS.items():
        assert len(old) == len(new), old
        if old not in content:
            raise SystemExit(f'{loader} does not contain {old!r}: look at what this version of glibc has there, and change build/bundle/loader.py')
        content = content.replace(old, new)
    with open(loader, 'wb') as file:
        file.write(content)
