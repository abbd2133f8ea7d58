"""tree.py: has one of everything that a checkpoint must save. It prints its state as a JSON line every 0.2 s.
It needs /data, which must be an additional path. Everything that it checks was made once, at the start."""
import ctypes, fcntl, json, mmap, os, pty, select, signal, socket, struct, subprocess, threading, time, warnings

warnings.simplefilter('ignore')
counted = [0]
shared = mmap.mmap(-1, 4096)


def number(at):
    return struct.unpack_from('Q', shared, at)[0]


def count_up(at):
    while True:
        struct.pack_into('Q', shared, at, number(at) + 1)
        time.sleep(0.02)


def thread():
    while True:
        counted[0] += 1
        time.sleep(0.02)


ours, theirs = socket.socketpair()
from_child, to_parent = os.pipe()
child = os.fork()
if child == 0:                                   # answers on the socket pair, and writes to the pipe
    while True:
        ours.close()
        theirs.send(theirs.recv(100)[::-1])
        os.write(to_parent, b'.')
daemon = os.fork()
if daemon == 0:                                  # a daemon: the leader of its session ends at once
    os.setsid()
    if os.fork():
        os._exit(0)
    count_up(0)
os.waitpid(daemon, 0)
shell = subprocess.Popen(['sh', '-c', 'n=0; while read line; do n=$((n + 1)); echo "$line $n"; done'],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
threading.Thread(target=thread, daemon=True).start()

gone = open('/tmp/gone', 'w+')
gone.write('still here')
gone.flush()
os.unlink('/tmp/gone')
os.makedirs('/data/watched', exist_ok=True)
log = open('/data/log', 'a+')
flocked = open('/data/flocked', 'w')
fcntl.flock(flocked, fcntl.LOCK_EX)
locked = open('/data/locked', 'w')
fcntl.lockf(locked, fcntl.LOCK_EX)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(('127.0.0.1', 8080))
listener.listen()
listener.settimeout(1)
named = socket.socket(socket.AF_UNIX)
named.bind('/data/socket')
named.listen()
timer = os.timerfd_create(time.CLOCK_MONOTONIC)
os.timerfd_settime(timer, initial=0.05, interval=0.05)
event = os.eventfd(0)
libc = ctypes.CDLL(None)
inotify = libc.inotify_init1(0x800)              # IN_NONBLOCK
watch = libc.inotify_add_watch(inotify, b'/data/watched', 0x100)
master, slave = pty.openpty()
poll = select.epoll()
for fd in (timer, event, inotify, listener.fileno()):
    poll.register(fd, select.EPOLLIN)
alarms = [0]
signal.signal(signal.SIGALRM, lambda *_: alarms.__setitem__(0, alarms[0] + 1))
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)


def is_locked(path, how):
    """Checks that another process cannot take the lock."""
    if os.fork() == 0:
        with open(path, 'r+') as other:
            try:
                how(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os._exit(1)
            except OSError:
                os._exit(0)
    return os.waitstatus_to_exitcode(os.wait()[1]) == 0


def ready(wanted):
    return wanted in [fd for fd, _ in poll.poll(0.2)]


def watched():
    """Creates a file and waits for the event. An event that was not read when the tree was frozen is lost; then it tries again."""
    while True:
        open(f'/data/watched/{round}', 'w').close()
        os.unlink(f'/data/watched/{round}')
        try:
            if ready(inotify):
                return struct.unpack_from('i', os.read(inotify, 4096))[0] == watch
        except BlockingIOError:
            pass


def connected():
    """Connects to the listener. A connection that was open when the tree was frozen is closed; then it tries again."""
    while True:
        try:
            with socket.create_connection(('127.0.0.1', 8080), timeout=1) as client:
                if ready(listener.fileno()):
                    with listener.accept()[0] as accepted:
                        accepted.settimeout(1)
                        client.sendall(b'hello')
                        if accepted.recv(100) == b'hello':
                            return True
        except OSError:
            pass


round, ticks = 0, 0
time.sleep(0.3)                                  # so that each counter has started
while True:
    round += 1
    ours.send(b'abc')
    answer = ours.recv(100).decode()
    os.write(event, struct.pack('Q', round))
    polled = ready(event) and ready(event)
    ticks += struct.unpack('Q', os.read(timer, 8))[0]
    events = struct.unpack('Q', os.read(event, 8))[0]
    shell.stdin.write('line\n')
    os.write(master, b'to the slave\n')
    gone.seek(0)
    log.write(f'{round}\n')
    log.flush()
    log.seek(0)
    print(json.dumps({
        'round': round, 'thread': counted[0], 'daemon': number(0), 'ticks': ticks, 'alarms': alarms[0],
        'answer': answer, 'pipe': os.read(from_child, 1).decode(), 'shell': shell.stdout.readline().strip(),
        'gone': gone.read(), 'log': len(log.read().split()), 'event': events, 'polled': polled, 'watch': watched(), 'connected': connected(),
        'slave': os.read(slave, 100).decode(), 'flock': is_locked('/data/flocked', fcntl.flock), 'lockf': is_locked('/data/locked', fcntl.lockf),
        'sid': os.getsid(0) == os.getpid(), 'pids': [os.getpid(), child, shell.pid]}), flush=True)
    time.sleep(0.2)
