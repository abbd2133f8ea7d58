"""Files, pipes, and descriptors of the kernel."""
import ctypes, fcntl, os, re, select, signal, stat, struct, termios

from table import KEPT, attempt, call, file, info, nonblocking, path, row, rows


def content(descriptor):
    return lambda: f'{info(descriptor)} {attempt(lambda: os.pread(descriptor, 100, 0))}'


@row
def regular_file():
    one = file('regular')
    os.read(one, 3)
    os.chmod(path('regular'), 0o604)
    os.utime(path('regular'), ns=(10**18 + 1, 10**18 + 2))
    return lambda: f'{content(one)()} {oct(os.fstat(one).st_mode)} {os.fstat(one).st_nlink} {os.fstat(one).st_mtime_ns} {os.fstat(one).st_uid}'


@row
def inode_number():
    one = file('inode')
    return lambda: str(os.fstat(one).st_ino)


@row
def inode_number_of_a_file_of_the_image():
    return lambda one=os.open('/etc/passwd', os.O_RDONLY): str(os.fstat(one).st_ino)


@row
def duplicate():
    one = file('duplicate')
    two = os.dup2(one, 300)
    os.read(one, 2)
    return lambda: f'{info(two)} {os.lseek(one, 0, os.SEEK_CUR) == os.lseek(two, 0, os.SEEK_CUR)}'


@row
def close_on_exec():
    one = file('cloexec')
    os.set_inheritable(one, True)
    return lambda: f'{fcntl.fcntl(one, fcntl.F_GETFD)}'


rows([('append-only', os.O_APPEND), ('O_SYNC', os.O_SYNC), ('O_NOATIME', os.O_NOATIME), ('O_NONBLOCK', os.O_NONBLOCK), ('O_DIRECT', os.O_DIRECT)],
     lambda flag: content(file(f'flag-{flag}', flags=os.O_RDWR | os.O_CREAT | flag)) if flag != os.O_DIRECT
     else (lambda one=os.open(path('regular'), os.O_RDONLY | flag): info(one)))


@row
def written_sparse_file():
    one = file('sparse')
    os.ftruncate(one, 1 << 30)
    os.pwrite(one, b'end', (1 << 30) - 3)
    return lambda: f'{os.fstat(one).st_size} {os.fstat(one).st_blocks < 1000} {os.pread(one, 3, (1 << 30) - 3)}'


@row
def extended_attribute():
    one = file('attribute')
    os.setxattr(path('attribute'), 'user.kind', b'value')
    return lambda: str(attempt(lambda: os.getxattr(path('attribute'), 'user.kind')))


@row
def hard_link():
    one = file('hard')
    os.link(path('hard'), path('hard2'))
    return lambda: f'{os.fstat(one).st_nlink} {os.path.samestat(os.fstat(one), os.stat(path("hard2")))}'


@row
def open_file_of_another_user():
    one = file('foreign')
    os.chown(path('foreign'), 1234, 1234)
    return lambda: f'{os.fstat(one).st_uid} {os.fstat(one).st_gid}'


@row
def directory():
    os.makedirs(path('directory/in'), exist_ok=True)
    one = os.open(path('directory'), os.O_RDONLY | os.O_DIRECTORY)
    return lambda: f'{info(one).split(" | ")[:2]} {os.listdir(one)}'        # criu opens it without O_DIRECTORY, which is a check only


@row
def path_only():
    file('only')
    os.symlink('only', path('symbolic'))
    found = [os.open(path('only'), os.O_PATH), os.open(path('symbolic'), os.O_PATH | os.O_NOFOLLOW), os.open('/etc', os.O_PATH)]
    return lambda: str([info(one) for one in found])


@row
def unnamed_file():
    one = os.open('/tmp', os.O_TMPFILE | os.O_RDWR)
    os.write(one, b'unnamed')
    return lambda: f'{os.pread(one, 100, 0)} {os.fstat(one).st_nlink} {os.lseek(one, 0, os.SEEK_CUR)}'


@row
def deleted_file():
    one = file('deleted')
    os.unlink(path('deleted'))
    os.set_inheritable(one, False)
    return lambda: f'{content(one)()} {os.fstat(one).st_nlink}'


@row
def deleted_file_with_a_successor():
    one = file('replaced', 'old')
    os.unlink(path('replaced'))
    two = file('replaced', 'new')
    return lambda: f'{os.pread(one, 9, 0)} {os.pread(two, 9, 0)}'


@row
def pipe_with_data():
    reader, writer = os.pipe2(os.O_NONBLOCK)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 18)
    os.write(writer, b'waiting')

    def look():
        data = attempt(lambda: os.read(reader, 100))
        os.write(writer, b'waiting')
        return f'{data} {fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ)} {info(writer)}'
    return look


@row
def pipe_without_writer():
    reader, writer = os.pipe()
    os.close(writer)
    return lambda: f'{info(reader)} {os.read(reader, 9)}'


@row
def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return lambda: f'{info(writer)} {attempt(lambda: os.write(writer, b"x"))}'


@row
def named_pipe():
    os.mkfifo(path('fifo'))
    one = os.open(path('fifo'), os.O_RDWR | os.O_NONBLOCK)

    def look():
        data = attempt(lambda: os.read(one, 100))
        os.write(one, b'named')
        return f'{data} {info(one)} {stat.S_ISFIFO(os.stat(path("fifo")).st_mode)}'
    look()
    return look


@row
def deleted_named_pipe():
    os.mkfifo(path('fifo2'))
    one = os.open(path('fifo2'), os.O_RDWR | os.O_NONBLOCK)
    os.unlink(path('fifo2'))
    os.write(one, b'x')

    def look():
        data = attempt(lambda: os.read(one, 100))
        os.write(one, b'x')
        return f'{data} {info(one)}'
    return look


rows([(name, name) for name in ('/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom')],
     lambda name: lambda one=os.open(name, os.O_RDWR): info(one))
rows([(f'{name} file', f'/proc/{name}') for name in ('self/status', 'self/maps', 'meminfo', 'self/ns/net', 'self/ns/pid', 'self', 'self/fd', 'sys/kernel/hostname')],
     lambda name: lambda one=os.open(name, os.O_RDONLY): re_pid(info(one)))
rows([(f'{name} file', name) for name in ('/sys/kernel/mm/transparent_hugepage/enabled', '/sys/fs/cgroup', '/etc/hosts', '/etc/passwd')],
     lambda name: lambda one=os.open(name, os.O_RDONLY): info(one))


def re_pid(text):
    return text.replace(f'/proc/{os.getpid()}', '/proc/PID')


@row
def event_counter():
    one = os.eventfd(7, os.EFD_NONBLOCK | os.EFD_SEMAPHORE)
    return lambda: re.sub(r' \| eventfd-id: \d+', '', info(one))


@row
def signal_descriptor():
    mask = struct.pack('128s', struct.pack('Q', 1 << (signal.SIGUSR2 - 1)))
    one = call('signalfd', -1, mask, os.O_CLOEXEC)
    return lambda: info(one)


def timer(clock, flags=0, first=100000):
    one = os.timerfd_create(clock, flags=os.TFD_NONBLOCK | os.TFD_CLOEXEC)
    os.timerfd_settime(one, flags=flags, initial=first, interval=3)

    def look():
        left, interval = os.timerfd_gettime(one)
        return f'{99000 < left <= 100000} {interval} {info(one).split(" | it_value")[0]}'
    return look


rows([('timerfd REALTIME', 0), ('timerfd MONOTONIC', 1), ('timerfd BOOTTIME', 7)], timer)


@row
def timerfd_with_ticks():
    one = os.timerfd_create(1, flags=os.TFD_NONBLOCK)
    os.timerfd_settime(one, initial=0.001)
    select.select([one], [], [])
    return lambda: info(one).split(' | clockid')[0] + str(' ticks: 1' in info(one))


@row
def epoll():
    inner, outer = select.epoll(), select.epoll()
    reader, writer = os.pipe()
    inner.register(reader, select.EPOLLIN | select.EPOLLET)
    inner.register(writer, select.EPOLLOUT | select.EPOLLONESHOT)
    outer.register(inner, select.EPOLLIN)
    return lambda: f'{entries(inner)} {entries(outer)} {reader, writer}'


@row
def epoll_entry_that_had_its_one_shot():
    inner = select.epoll()
    reader, writer = os.pipe()
    KEPT.append(reader)
    inner.register(writer, select.EPOLLOUT | select.EPOLLONESHOT)
    inner.poll(0)
    return lambda: f'{entries(inner)} {inner.poll(0)}'


def entries(one):
    return sorted(' '.join(entry.split()[:6]) for entry in info(one).split(' | ') if entry.startswith('tfd'))


def watch(target, mask=0x2):
    one = call('inotify_init1', os.O_NONBLOCK)
    call('inotify_add_watch', one, target.encode(), mask)
    return one


@row
def inotify_watch():
    file('watched')
    one = watch(path('watched'))

    def look():
        with open(path('watched'), 'a') as written:
            written.write('x')
        return str([event[:8] for event in [os.read(one, 100)]])
    look()
    return look


@row
def inotify_of_an_image_file():
    one = watch('/etc/passwd', 0x20)

    def look():
        os.close(os.open('/etc/passwd', os.O_RDONLY))
        return str(attempt(lambda: os.read(one, 100)))
    return look


@row
def unread_inotify_event():
    file('event')
    one = watch(path('event'))
    os.utime(path('event'))
    with open(path('event'), 'a') as written:
        written.write('x')
    return lambda: str(struct.unpack('i', fcntl.ioctl(one, termios.FIONREAD, b'0000'))[0])


@row
def pidfd_of_a_child():
    child = os.fork()
    if child == 0:
        signal.pause()
    one = os.pidfd_open(child)
    return lambda: f'{info(one)} {attempt(lambda: signal.pidfd_send_signal(one, 0))}'


def memory_file(name, flags, seals=0):
    one = os.memfd_create(name, flags)
    os.write(one, b'memory')
    if seals:
        fcntl.fcntl(one, fcntl.F_ADD_SEALS, seals)
    return lambda: f'{content(one)()} {fcntl.fcntl(one, fcntl.F_GET_SEALS)} {oct(os.fstat(one).st_mode)}'


rows([('memfd', 'plain', os.MFD_CLOEXEC), ('sealed memfd', 'sealed', os.MFD_ALLOW_SEALING, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK),
      ('memfd without exec', 'noexec', 8 | os.MFD_ALLOW_SEALING)], memory_file)


@row
def pseudo_terminal():
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('4H', 33, 77, 1, 2))
    mode = termios.tcgetattr(slave)
    mode[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    nonblocking(slave)

    def look():
        os.write(master, b'typed')
        return (f'{info(master)} {os.ttyname(slave)} {struct.unpack("4H", fcntl.ioctl(slave, termios.TIOCGWINSZ, bytes(8)))} '
                f'{termios.tcgetattr(slave)[:4]} {attempt(lambda: os.read(slave, 100))}')
    return look


@row
def unread_terminal_data():
    master, slave = os.openpty()
    mode = termios.tcgetattr(slave)
    mode[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    os.write(master, b'typed')
    return lambda: str(struct.unpack('i', fcntl.ioctl(slave, termios.FIONREAD, bytes(4)))[0])


@row
def owner_of_a_descriptor():
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(reader, fcntl.F_SETSIG, signal.SIGRTMIN + 3)
    return lambda: f'{fcntl.fcntl(reader, fcntl.F_GETOWN) == os.getpid()} {fcntl.fcntl(reader, fcntl.F_GETSIG)}'


@row
def asynchronous_pipe():
    reader, writer = os.pipe()
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    return lambda: info(reader)


@row
def descriptor_with_a_high_number():
    one = fcntl.fcntl(file('high'), fcntl.F_DUPFD, 900)
    return lambda: info(one)


@row
def fanotify_group():
    group = call('fanotify_init', 0x200, os.O_RDONLY)                     # FAN_REPORT_FID, which needs no capability
    call('fanotify_mark', group, 1, ctypes.c_uint64(2), -100, path('watched').encode())
    return lambda: str([entry.split()[0] for entry in info(group).split(' | ') if entry.startswith('fanotify ')])


@row
def pidfd_of_a_process_that_is_gone():
    child = os.fork()
    if child == 0:
        os._exit(0)
    one = os.pidfd_open(child)
    os.waitpid(child, 0)
    return lambda: f'{info(one)} {select.select([one], [], [], 0)[0] == [one]}'
