"""waits.py [semaphore]: has a thread in each system call that waits. Prints a line for each call that ends, and counts.
With an argument a thread also waits for a System V semaphore."""
import ctypes, os, select, socket, struct, sys, threading, time

FOREVER = 1000                                   # seconds
SIGRTMAX = 64
libc = ctypes.CDLL(None, use_errno=True)
threading.stack_size(128 << 10)


def timespec(seconds):
    return (ctypes.c_long * 2)(seconds, 0)


def with_time_limit(socket_):
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        socket_.setsockopt(socket.SOL_SOCKET, option, struct.pack('qq', FOREVER, 0))
    return socket_.fileno()


def full():
    """Makes a socket that nobody reads and that has no room left."""
    ours, theirs = socket.socketpair()
    pairs.extend((ours, theirs))
    ours.setblocking(False)
    try:
        while True:
            ours.send(bytes(1 << 16))
    except BlockingIOError:
        ours.setblocking(True)
    return with_time_limit(ours)


pairs = list(socket.socketpair())
reader, writer = os.pipe()
epoll = select.epoll()
epoll.register(reader, select.EPOLLIN)
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen()
quiet, accepting = with_time_limit(pairs[0]), with_time_limit(listener)
inotify = libc.inotify_init1(0)
os.mkdir('/tmp/watched')
libc.inotify_add_watch(inotify, b'/tmp/watched', 1 << 9)
signals = (ctypes.c_ulong * 16)(1 << (SIGRTMAX - 1))
libc.pthread_sigmask(0, signals, None)
buffer = ctypes.create_string_buffer(64)
big = ctypes.create_string_buffer(1 << 20)
word = (ctypes.c_int * 1)(0)
pollfd = (ctypes.c_int * 2)(reader, 1)
parts = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 16)
message = struct.pack('PIxxxxPQPQI4x', 0, 0, ctypes.addressof(parts), 1, 0, 0, 0)
messages = ctypes.create_string_buffer(message + bytes(8))
futex = {'clock': ctypes.c_long(int(time.clock_gettime(time.CLOCK_MONOTONIC)) + 10**6)}


def fdset():
    return (ctypes.c_ulong * 16)(1 << reader)


CALLS = {
    'poll': lambda: libc.poll(pollfd, 1, FOREVER * 1000),
    'poll without a limit': lambda: libc.poll(pollfd, 1, -1),
    'ppoll': lambda: libc.ppoll(pollfd, 1, timespec(FOREVER), None),
    'select': lambda: libc.select(reader + 1, fdset(), None, None, timespec(FOREVER)),
    'pselect': lambda: libc.pselect(reader + 1, fdset(), None, None, timespec(FOREVER), None),
    'nanosleep': lambda: libc.syscall(35, timespec(FOREVER), None),
    'clock_nanosleep': lambda: libc.syscall(230, 1, 0, timespec(FOREVER), None),
    'epoll_wait': lambda: libc.epoll_wait(epoll.fileno(), buffer, 1, FOREVER * 1000),
    'epoll_pwait': lambda: libc.epoll_pwait(epoll.fileno(), buffer, 1, -1, None),
    'epoll_pwait2': lambda: libc.syscall(441, epoll.fileno(), buffer, 1, timespec(FOREVER), None, 8),
    'futex': lambda: libc.syscall(202, word, 0, 0, timespec(FOREVER), None, 0),
    'futex of one process': lambda: libc.syscall(202, word, 128, 0, timespec(FOREVER), None, 0),
    'futex until a time': lambda: libc.syscall(202, word, 9 | 128, 0, timespec(futex['clock'].value), None, -1),
    'sigtimedwait': lambda: libc.syscall(128, signals, None, timespec(FOREVER), 8),
    'sigwaitinfo': lambda: libc.syscall(128, signals, None, None, 8),
    'read': lambda: libc.read(quiet, buffer, 16),
    'readv': lambda: libc.readv(quiet, parts, 1),
    'recv': lambda: libc.recv(quiet, buffer, 16, 0),
    'recvmsg': lambda: libc.recvmsg(quiet, messages, 0),
    'recvmmsg': lambda: libc.recvmmsg(quiet, messages, 1, 0, None),
    'accept': lambda: libc.accept(accepting, None, None),
    'accept4': lambda: libc.accept4(accepting, None, None, 0),
    'write': lambda: libc.write(full(), big, 1 << 20),
    'send': lambda: libc.send(full(), big, 1 << 20, 0),
    'read of inotify': lambda: libc.read(inotify, buffer, 16),
    'read of a pipe': lambda: libc.read(reader, buffer, 16),
    'pause': lambda: libc.pause(),
}
if sys.argv[1:]:
    semaphores = libc.semget(4711, 1, 0o1600)
    operation = struct.pack('HhH', 0, -1, 0)
    CALLS['semop'] = lambda: libc.semop(semaphores, operation, 1)
    CALLS['semtimedop'] = lambda: libc.semtimedop(semaphores, operation, 1, timespec(FOREVER))


def wait(name, call):
    ctypes.set_errno(0)
    result = call()
    print(f'{name} ended with {result}: {os.strerror(ctypes.get_errno())}', flush=True)


for name, call in CALLS.items():
    threading.Thread(target=wait, args=(name, call), daemon=True).start()


def waiting():
    """Counts the threads that are in a system call for good: all but this one."""
    return sum(open(f'/proc/self/task/{thread}/stat').read().rsplit(')', 1)[1].split()[0] == 'S' for thread in os.listdir('/proc/self/task'))


while waiting() < len(CALLS):
    time.sleep(0.01)
n = 0
while True:
    n += 1
    print('count', n, flush=True)
    time.sleep(0.05)
