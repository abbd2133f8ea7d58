"""Chooses when to kill: after a random time, or a random moment after something appears in the image directory (inotify)."""
import ctypes, os, random, select, time

IN_CREATE, IN_MOVED_TO, IN_CLOEXEC, IN_NONBLOCK = 0x100, 0x80, 0o2000000, 0o4000
LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    """Sees the names of files and directories that appear anywhere in a tree."""

    def __init__(self, directory):
        self._descriptor = LIBC.inotify_init1(IN_CLOEXEC | IN_NONBLOCK)
        self._directories = {}
        self._add(directory)

    def _add(self, directory):
        """Watches a directory.

        Returns what is in it already, because a watch that is set too late misses what was quick."""
        number = LIBC.inotify_add_watch(self._descriptor, os.fsencode(directory), IN_CREATE | IN_MOVED_TO)
        if number < 0:
            return []
        self._directories[number] = directory
        seen = []
        try:
            for entry in os.scandir(directory):
                seen.append(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    seen += self._add(entry.path)
        except OSError:
            pass  # gone again
        return seen

    def wait(self, wanted, until, stop):
        """Waits until a path appears that is wanted. Returns False when the time is over, or stop() is true."""
        while not stop():
            left = until - time.monotonic()
            if left <= 0:
                return False
            if not select.select([self._descriptor], [], [], min(left, 0.02))[0]:
                continue
            if any(wanted(path) for path in self._read()):
                return True
        return False

    def _read(self):
        events = os.read(self._descriptor, 65536)
        seen = []
        while events:
            number, _, _, length = (int.from_bytes(events[i:i + 4], 'little') for i in (0, 4, 8, 12))
            path = os.path.join(self._directories.get(number, ''), os.fsdecode(events[16:16 + length].rstrip(b'\0')))
            events = events[16 + length:]
            seen.append(path)
            if os.path.isdir(path):
                seen += self._add(path)
        return seen

    def close(self):
        os.close(self._descriptor)


# What appears in the image directory during a checkpoint, and during a restore.
IN_CHECKPOINT = {
    'staging': lambda path: '/.staging-' in path,
    'dump.log': lambda path: path.endswith('/dump.log'),
    'first image': lambda path: path.endswith('.img'),
    'pages': lambda path: '/pages-' in path,
    'inventory': lambda path: path.endswith('/inventory.img'),
    'files': lambda path: path.endswith('/files'),
    'manifest': lambda path: path.endswith('/manifest.json'),
    'committed': lambda path: os.path.dirname(path).endswith('/checkpoints'),
    'run record': lambda path: path.endswith('/run.json.new'),
    'run record replaced': lambda path: path.endswith('/run.json'),
    'pruning': lambda path: '/.staging-removed-' in path,
}
IN_RESTORE = {
    'restore directory': lambda path: '/.restore-' in path,
    'images laid out': lambda path: '/.restore-' in path and path.endswith('/pstree.img'),
    'criu': lambda path: path.endswith('/criu.out'),
    'restore.log': lambda path: path.endswith('/restore.log'),
    'run record': lambda path: path.endswith('/run.json.new'),
    'run record replaced': lambda path: path.endswith('/run.json'),
}


def pause(rng: random.Random, longest):
    """Waits a random time; short ones are more likely than long ones."""
    time.sleep(longest * rng.random() ** 2)
