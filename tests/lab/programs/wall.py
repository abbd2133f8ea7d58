"""wall.py WHAT: a program that uses something that criu cannot save, or cannot save everywhere. It counts, and ends with 7 on SIGTERM."""
import ctypes, fcntl, mmap, os, resource, signal, socket, struct, subprocess, sys, time

libc = ctypes.CDLL(None, use_errno=True)
kept = []


def checked(result):
    if result < 0:
        sys.exit(f'{sys.argv[1]}: {os.strerror(ctypes.get_errno())}')
    return result


def nothing():
    pass


def io_uring():
    checked(libc.syscall(425, 8, ctypes.create_string_buffer(120)))


def multipath_tcp():
    kept.append(socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262))
    kept[0].bind(('127.0.0.1', 8080))
    kept[0].listen()


def shared_memory():
    kept.append(mmap.mmap(-1, 64 << 20))
    kept[0].write(os.urandom(64 << 20))


def tcp():
    kept.append(socket.create_server(('127.0.0.1', 8080)))


def tcp_at_an_address_to_come():
    while not kept:
        try:
            kept.append(socket.create_server(('10.99.0.7', 8080)))
        except OSError:
            time.sleep(0.05)


def userfaultfd():
    checked(libc.syscall({'x86_64': 323, 'aarch64': 282}[os.uname().machine], 0))


def socket_of_another_kind():
    kept.append(socket.socket(socket.AF_VSOCK))


def detached_mount():
    os.mkdir('/tmp/detached')
    checked(libc.mount(b'tmpfs', b'/tmp/detached', b'tmpfs', 0, None))
    kept.append(open('/tmp/detached/file', 'w'))
    checked(libc.umount2(b'/tmp/detached', 2))  # MNT_DETACH


def mapped_file():
    with open('/volume/file', 'rb') as file:
        kept.append(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ))


def mapped_deleted_file():
    with open('/tmp/mapped', 'wb+', buffering=0) as file:
        file.write(bytes(4096))
        kept.append(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ))
    os.unlink('/tmp/mapped')


def seccomp_filter():
    """A filter that allows everything."""
    allow = struct.pack('=HBBI', 6, 0, 0, 0x7fff0000)
    program = ctypes.create_string_buffer(allow)
    filters = ctypes.create_string_buffer(struct.pack('@HP', 1, ctypes.addressof(program)))
    checked(libc.prctl(38, 1, 0, 0, 0))
    checked(libc.prctl(22, 2, filters))


def system_v_memory():
    libc.shmat.restype = ctypes.c_void_p
    segment = checked(libc.shmget(0, 4096, 0o1600))
    kept.append(libc.shmat(segment, None, 0))


def deleted_file():
    kept.append(open('/tmp/deleted', 'wb+', buffering=0))
    kept[0].write(bytes(30 << 20))
    os.unlink('/tmp/deleted')


def file_on_a_volume():
    kept.append(open('/volume/file', 'a+'))


def watch_on_a_volume():
    open('/volume/file', 'w').close()
    checked(libc.inotify_add_watch(checked(libc.inotify_init()), b'/volume/file', 0xfff))


def moved_socket():
    os.chdir('/tmp')
    kept.append(socket.socket(socket.AF_UNIX))
    kept[0].bind('bound')
    os.rename('bound', 'moved')


def unaccepted():
    """One client has sent something, and another has already gone."""
    kept.extend(socket.socket(socket.AF_UNIX) for _ in range(2))
    kept[0].bind('/tmp/unaccepted')
    kept[0].listen()
    kept[1].connect('/tmp/unaccepted')
    kept[1].send(b'x')
    with socket.socket(socket.AF_UNIX) as third:
        third.connect('/tmp/unaccepted')


def unread():
    """The answer to RTM_GETLINK is not read from the netlink socket."""
    kept.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    kept[0].send(struct.pack('=IHHIIB3x', 20, 18, 0x301, 1, 0, 0))


def unsent():
    kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    kept[0].connect(('127.0.0.1', 9))
    kept[0].setsockopt(socket.IPPROTO_UDP, 1, 1)  # UDP_CORK
    kept[0].send(b'x')


def too_many_pipes():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    limit = int(open('/proc/sys/fs/pipe-user-pages-soft').read()) * mmap.PAGESIZE
    kept.extend(os.pipe())
    kept.extend(end for _ in range(limit // fcntl.fcntl(kept[0], fcntl.F_GETPIPE_SZ) + 10) for end in os.pipe())


def deleted_file_with_a_hidden_link():
    """A file is mapped, and its other name is in a directory that crik cannot see."""
    with open('/dev/shm/deleted', 'wb+') as file:
        file.write(bytes(4096))
        file.flush()
        libc.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), ctypes.c_long(0))  # Python's own would keep the file open
    os.mkdir('/dev/shm/hidden')
    os.link('/dev/shm/deleted', '/dev/shm/hidden/link')
    os.unlink('/dev/shm/deleted')
    if os.getuid() == 0:
        checked(libc.mount(b'none', b'/dev/shm/hidden', b'tmpfs', 0, None))
    else:
        os.chmod('/dev/shm/hidden', 0)


def namespace_of_its_own(flag):
    """A child process creates a namespace of its own."""
    ready, made = os.pipe()
    if os.fork() == 0:
        checked(libc.unshare(flag))
        os.write(made, b'x')
        time.sleep(1000)
    os.close(made)
    os.read(ready, 1)


def user_namespace():
    namespace_of_its_own(0x10000000)


def mount_namespace():
    namespace_of_its_own(0x20000)


def network_namespace():
    namespace_of_its_own(0x40000000)


def host_name():
    checked(libc.unshare(0x4000000))


def socket_for_others():
    """Accepts one connection and keeps it open."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind('/tmp/for-others')
    listener.listen()
    print('listening', flush=True)
    kept.extend(listener.accept())


def connected_to_it():
    kept.append(socket.socket(socket.AF_UNIX))
    kept[0].connect('/tmp/for-others')


def another_user():
    """Starts a set-user-ID program."""
    kept.append(subprocess.Popen(['/volume/sleep', '1000']))


what = globals()[sys.argv[1]] if len(sys.argv) > 1 else nothing
signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
what()
n = 0
while True:
    n += 1
    print('count', n, flush=True)
    time.sleep(0.05)
