"""idmap.py: mounts directories for containers with a user namespace, in which root is another user on the machine."""
import ctypes, os, subprocess

FIRST, COUNT = 0x10000 * 20, 0x10000  # a range as the kubelet gives one to each pod
SYS_open_tree, SYS_move_mount, SYS_mount_setattr = 428, 429, 442
OPEN_TREE_CLONE, AT_EMPTY_PATH, AT_RECURSIVE, MOVE_MOUNT_F_EMPTY_PATH, MOUNT_ATTR_IDMAP = 1, 0x1000, 0x8000, 4, 0x100000
libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f'system call {number}: {os.strerror(ctypes.get_errno())}')
    return result


def mappings():
    return [{'containerID': 0, 'hostID': FIRST, 'size': COUNT}]


def give(path):
    """Gives a file, or a directory with all that is in it, to the same users of the container."""
    for directory, directories, files in os.walk(path):
        for name in directories + files:
            entry = os.lstat(f'{directory}/{name}')
            os.lchown(f'{directory}/{name}', FIRST + entry.st_uid, FIRST + entry.st_gid)
    entry = os.lstat(path)
    os.lchown(path, FIRST + entry.st_uid, FIRST + entry.st_gid)


def bind(source, target):
    """Mounts the source at the target, with the users of the container in the place of the first users of the machine."""
    holder = subprocess.Popen(['unshare', '--user', 'sh', '-c', 'echo; exec sleep 60'], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        for kind in ('uid', 'gid'):
            with open(f'/proc/{holder.pid}/{kind}_map', 'w') as map:
                map.write(f'0 {FIRST} {COUNT}')
        namespace = os.open(f'/proc/{holder.pid}/ns/user', os.O_RDONLY)
        tree = call(SYS_open_tree, -100, source.encode(), OPEN_TREE_CLONE | os.O_CLOEXEC)
        attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_IDMAP, 0, 0, namespace)
        call(SYS_mount_setattr, tree, b'', AT_EMPTY_PATH, ctypes.byref(attributes), ctypes.c_size_t(32))
        os.makedirs(target, exist_ok=True)
        call(SYS_move_mount, tree, b'', -100, target.encode(), MOVE_MOUNT_F_EMPTY_PATH)
        os.close(tree)
        os.close(namespace)
    finally:
        holder.kill()
        holder.wait()
    return target
