"""Things that a checkpoint cannot have. Each is held alone, by a process of its own."""
import ctypes, os, signal, socket, struct

from table import call, file, libc, path

PREVENT = {}


def prevents(set_up):
    PREVENT[set_up.__name__.replace('_', ' ')] = set_up


def system_call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


@prevents
def seccomp_filter():
    call('prctl', 38, *[ctypes.c_ulong(value) for value in (1, 0, 0, 0)])
    code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000))
    call('prctl', 22, ctypes.c_ulong(2), struct.pack('HxxxxxxQ', 1, ctypes.addressof(code)), ctypes.c_ulong(0), ctypes.c_ulong(0))


@prevents
def pipe_of_packets():
    return os.pipe2(os.O_DIRECT)


@prevents
def user_fault_descriptor():
    return system_call(323, os.O_CLOEXEC | 1)                             # UFFD_USER_MODE_ONLY


@prevents
def performance_counter():
    return system_call(298, struct.pack('IIQQQQQ', 1, 112, 1, 0, 0, 0, 0b1000001) + bytes(64), 0, -1, -1, 0)


@prevents
def bpf_map():
    return system_call(321, 0, struct.pack('IIIII', 2, 4, 4, 1, 0) + bytes(100), 72)


@prevents
def landlock_rules():
    return system_call(444, struct.pack('Q', 1), 8, 0)


@prevents
def secret_memory():
    one = system_call(447, 0)
    os.ftruncate(one, 4096)
    return one


def socket_of(name, *kind):
    def make():
        return socket.socket(*kind)
    make.__name__ = f'socket_of_{name}'
    prevents(make)


for kind in (('vsock', 40, 1), ('MPTCP', 2, 1, 262), ('XDP', 44, 3)):
    socket_of(*kind)


@prevents
def namespace_of_users():
    call('unshare', 0x10000000)


@prevents
def namespace_of_mounts():
    call('unshare', 0x20000)


@prevents
def namespace_of_the_host_name():
    call('unshare', 0x04000000)


@prevents
def namespace_of_time():
    call('unshare', 0x80)
    child = os.fork()
    if child == 0:
        signal.pause()
    return child


@prevents
def namespace_of_cgroups():
    call('unshare', 0x02000000)


@prevents
def tree_of_mounts_without_a_place():
    return system_call(428, -100, b'/tmp', 1)                              # OPEN_TREE_CLONE


@prevents
def file_system_that_is_not_mounted():
    return system_call(430, b'tmpfs', 0)                                   # fsopen(2)


@prevents
def waiting_connection():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path('waiting'))
    listener.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(path('waiting'))
    client.send(b'x')
    return listener, client


@prevents
def corked_datagram():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.connect(('127.0.0.1', 7050))
    one.setsockopt(socket.IPPROTO_UDP, 1, 1)
    one.send(b'x')
    return one


@prevents
def System_V_memory():
    number = call('shmget', 77, 4096, 0o1600)
    libc.shmat.restype = ctypes.c_void_p
    return libc.shmat(number, None, 0)
