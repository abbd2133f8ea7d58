"""Attributes of processes. Each row has a process of its own."""
import ctypes, fcntl, os, resource, signal, struct, sys, threading, time

from table import attempt, call, libc, own, path, row, status

PR = {'PDEATHSIG': (1, 2), 'DUMPABLE': (4, 3), 'KEEPCAPS': (8, 7), 'SECUREBITS': (28, 27), 'TIMERSLACK': (29, 30), 'TSC': (26, 25), 'MCE_KILL': (33, 34), 'CHILD_SUBREAPER': (36, 37), 'NO_NEW_PRIVS': (38, 39), 'THP_DISABLE': (41, 42),
      'MDWE': (65, 66), 'MEMORY_MERGE': (67, 68)}


def control(number, *arguments):
    return call('prctl', number, *[ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]])


def told(name):
    """What prctl(2) tells: some options return it, and some write it to an address."""
    value = ctypes.c_int()
    writes = name in ('PDEATHSIG', 'TSC', 'CHILD_SUBREAPER')
    result = control(PR[name][1], *([ctypes.addressof(value)] if writes else []))
    return value.value if writes else result


def attribute(name, *values):
    def set_up():
        control(PR[name][0], *values)
        return lambda: str(attempt(lambda: told(name)))
    set_up.__name__ = f'PR_SET_{name}'
    (own(f'with {name}') if name in ('DUMPABLE', 'SECUREBITS', 'TSC', 'NO_NEW_PRIVS', 'MDWE') else row)(set_up)


for name, *values in (('PDEATHSIG', 10), ('DUMPABLE', 0), ('KEEPCAPS', 1), ('SECUREBITS', 0x15), ('TIMERSLACK', 123456), ('TSC', 2), ('MCE_KILL', 1, 1),
                      ('CHILD_SUBREAPER', 1), ('NO_NEW_PRIVS', 1), ('THP_DISABLE', 1), ('MDWE', 1), ('MEMORY_MERGE', 1)):
    attribute(name, *values)


def of_status(process, set_up, *names):
    def made():
        set_up()
        return lambda: status('self', *names)
    made.__name__ = set_up.__name__
    (own(process) if process else row)(made)


def groups():
    os.setgroups([7, 8, 9])


def user_and_group():
    os.setresgid(1234, 1235, 1236)
    os.setresuid(1234, 1235, 1236)


def bounding_capabilities():
    control(24, 7)                                                        # PR_CAPBSET_DROP SETUID


def capabilities(effective, permitted, inheritable):
    call('capset', struct.pack('Ii', 0x20080522, 0), struct.pack('6I', effective, permitted, inheritable, 0, 0, 0))


def effective_capabilities():
    capabilities(1 << 0, 1 << 0 | 1 << 1, 1 << 0)


def ambient_capabilities():
    capabilities(1 << 0, 1 << 0, 1 << 0)
    control(47, 2, 0)                                                     # PR_CAP_AMBIENT_RAISE CHOWN


def umask():
    os.umask(0o31)


def signal_mask():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP, signal.SIGRTMIN + 2])


def handlers():
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, lambda *_: None)


def pending_signal():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP, signal.SIGRTMIN + 2])
    for number in signal.SIGHUP, signal.SIGRTMIN + 2, signal.SIGRTMIN + 2:
        os.kill(os.getpid(), number)


def pending_signal_of_a_thread():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    signal.pthread_kill(threading.get_ident(), signal.SIGHUP)


for process, set_up, *names in (
        ('', groups, 'Groups'), ('', bounding_capabilities, 'CapBnd'), ('', umask, 'Umask'), ('', signal_mask, 'SigBlk'), ('', handlers, 'SigIgn', 'SigCgt'),
        ('', pending_signal, 'ShdPnd'), ('', pending_signal_of_a_thread, 'SigPnd'), ('user', user_and_group, 'Uid', 'Gid', 'CapEff', 'CapPrm'),
        ('capable', effective_capabilities, 'CapInh', 'CapPrm', 'CapEff'), ('ambient', ambient_capabilities, 'CapAmb', 'CapInh')):
    of_status(process, set_up, *names)


@row
def queued_signal_with_a_value():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN + 4])

    def look():
        call('sigqueue', os.getpid(), signal.SIGRTMIN + 4, ctypes.c_void_p(42))
        found = signal.sigtimedwait([signal.SIGRTMIN + 4], 0)
        return f'{found.si_code} {found.si_pid == os.getpid()}'
    return look


@row
def alternate_signal_stack():
    memory = ctypes.create_string_buffer(65536)
    call('sigaltstack', struct.pack('PixxxxN', ctypes.addressof(memory), 0, 65536), None)

    def look():
        now = ctypes.create_string_buffer(24)
        call('sigaltstack', None, now)
        where, flags, size = struct.unpack('PixxxxN', now.raw)
        return f'{where == ctypes.addressof(memory)} {flags} {size}'
    return look


@row
def nice():
    os.nice(3)
    return lambda: str(os.nice(0))


def scheduling(policy):
    def set_up():
        os.sched_setscheduler(0, policy, os.sched_param(0))
        return lambda: f'{os.sched_getscheduler(0)} {os.sched_getparam(0).sched_priority}'
    set_up.__name__ = f'scheduling_policy_{policy}'
    own(f'policy {policy}')(set_up)


for policy in (os.SCHED_IDLE, os.SCHED_BATCH | 0x40000000):       # SCHED_RESET_ON_FORK
    scheduling(policy)


@row
def affinity():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return lambda: str(os.sched_getaffinity(0))


@row
def input_output_priority():
    libc.syscall(251, 1, 0, 2 << 13 | 6)
    return lambda: str(libc.syscall(252, 1, 0))


@row
def memory_policy():
    mask = ctypes.c_ulong(1)
    if libc.syscall(238, 3, ctypes.byref(mask), 64) != 0:                 # MPOL_INTERLEAVE
        raise OSError(ctypes.get_errno(), 'set_mempolicy')

    def look():
        policy = ctypes.c_int()
        libc.syscall(239, ctypes.byref(policy), None, 0, None, 0)
        return str(policy.value)
    return look


@row
def oom_score():
    with open('/proc/self/oom_score_adj', 'w') as score:
        score.write('777')
    return lambda: open('/proc/self/oom_score_adj').read().strip()


@row
def core_dump_filter():
    with open('/proc/self/coredump_filter', 'w') as written:
        written.write('0x5')
    return lambda: open('/proc/self/coredump_filter').read().strip()


@row
def limits():
    for number, most in (resource.RLIMIT_NOFILE, 950), (resource.RLIMIT_STACK, 1 << 25), (resource.RLIMIT_FSIZE, 1 << 30), (resource.RLIMIT_CPU, 90000):
        resource.setrlimit(number, (most - 1, most))
    return lambda: str([resource.getrlimit(number) for number in range(16)])


@row
def personality():
    libc.personality(0x0040000 | libc.personality(0xffffffff))            # ADDR_NO_RANDOMIZE
    return lambda: hex(libc.personality(0xffffffff))


@row
def name_of_a_process():
    control(15, ctypes.cast(ctypes.c_char_p(b'kind ) 1 S'), ctypes.c_void_p).value)
    return lambda: open('/proc/self/comm').read().strip()


@row
def name_of_a_thread():
    def run():
        control(15, ctypes.cast(ctypes.c_char_p(b'kind 2'), ctypes.c_void_p).value)
        threading.Event().wait()
    threading.Thread(target=run, daemon=True).start()
    while not any('kind 2' in name for name in names_of_threads()):
        time.sleep(0.01)
    return lambda: str(names_of_threads())


def names_of_threads():
    return sorted(open(f'/proc/self/task/{one}/comm').read().strip() for one in os.listdir('/proc/self/task'))


@row
def command_line_and_environment():
    return lambda: f'{open("/proc/self/cmdline", "rb").read()} {len(open("/proc/self/environ", "rb").read()) > 10} {os.readlink("/proc/self/exe")} ' \
        f'{open("/proc/self/auxv", "rb").read().hex()[:64]}'


@row
def title_of_a_process():
    """A program that writes over its arguments, as nginx and PostgreSQL do."""
    with open('/proc/self/stat') as fields:
        start = int(fields.read().rsplit(')', 1)[1].split()[45])
    ctypes.memmove(start, b'title', 5)
    return lambda: str(open('/proc/self/cmdline', 'rb').read()[:5])


@own('leader')
def session_and_group():
    os.setsid()
    return lambda: f'{os.getsid(0) == os.getpid()} {os.getpgid(0) == os.getpid()} {os.getpid()} {os.getppid()}'


@own('member')
def process_group():
    os.setpgid(0, 0)
    return lambda: f'{os.getpgid(0) == os.getpid()} {os.getsid(0)}'


@own('leader')
def working_directory():
    os.mkdir(path('cwd'))
    os.chdir(path('cwd'))
    return lambda: f'{os.getcwd()} {oct(os.stat(".").st_mode)}'


@own('member')
def deleted_working_directory():
    os.mkdir(path('gone'))
    os.chdir(path('gone'))
    os.rmdir(path('gone'))
    return lambda: f'{attempt(os.getcwd)} {os.listdir(".")}'


@own('root')
def root_directory():
    os.mkdir(path('root'))
    os.mkdir(path('root/proc'))
    opened = os.open('/proc/self', os.O_PATH)
    os.chroot(path('root'))
    os.chdir('/')
    return lambda: str(os.listdir('/'))


@row
def zombie():
    child = os.fork()
    if child == 0:
        os._exit(7)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    return lambda: str(os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT).si_status)


@row
def stopped_child():
    child = os.fork()
    if child == 0:
        signal.pause()
    os.kill(child, signal.SIGSTOP)
    os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOWAIT)

    def look():
        for _ in range(100):             # it is not stopped again yet right after a restore
            state = open(f'/proc/{child}/stat').read().rsplit(')', 1)[1].split()[0]
            if state == 'T':
                break
            time.sleep(0.01)
        return state
    return look


@own('terminal')
def controlling_terminal():
    os.setsid()
    master, slave = os.openpty()
    fcntl.ioctl(slave, 0x540E, 0)                                         # TIOCSCTTY
    return lambda: f'{os.tcgetpgrp(slave) == os.getpid()} {attempt(lambda: os.close(os.open("/dev/tty", os.O_RDWR)))}'


@row
def thread_with_a_mask_of_its_own():
    ready = threading.Event()
    found = []

    def run():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
        found.append(threading.get_native_id())
        ready.set()
        threading.Event().wait()
    threading.Thread(target=run, daemon=True).start()
    ready.wait()
    return lambda: status(f'self/task/{found[0]}', 'SigBlk')



@row
def thread_that_waits_with_another_mask():
    """The kernel shows the mask of the call, which blocks all signals, as that of the thread."""
    found = []

    def run():
        found.append(threading.get_native_id())
        while True:
            libc.ppoll(None, 0, None, bytes([255] * 128))

    def mask():
        """Gives the thread up to five seconds to begin its call, which it repeats after a restore."""
        for _ in range(500):
            if found and 'SigBlk=fffffffffffbfeff' in status(f'self/task/{found[0]}', 'SigBlk'):
                break
            time.sleep(0.01)
        return status(f'self/task/{found[0]}', 'SigBlk')
    threading.Thread(target=run, daemon=True).start()
    return mask


@own('landlocked')
def landlock_rules():
    rules = libc.syscall(444, struct.pack('Q', 1 << 7), 8, 0)             # LANDLOCK_ACCESS_FS_MAKE_DIR
    control(38, 1)
    if libc.syscall(446, rules, 0):
        raise OSError(ctypes.get_errno(), 'landlock_restrict_self')
    os.close(rules)
    return lambda: str(attempt(lambda: (os.mkdir(path('made')), os.rmdir(path('made')))))


@row
def System_V_semaphores():
    number = call('semget', 77, 1, 0o1600)
    call('semctl', number, 0, 16, 5)                                      # SETVAL
    return lambda: str(attempt(lambda: call('semctl', number, 0, 12)))    # GETVAL


@row
def System_V_messages():
    number = call('msgget', 77, 0o1600)
    buffer = ctypes.create_string_buffer(100)

    def look():
        received = attempt(lambda: call('msgrcv', number, buffer, 90, 0, 0o4000))        # IPC_NOWAIT
        attempt(lambda: call('msgsnd', number, struct.pack('q8s', 1, b'message'), 8, 0o4000))
        return f'{received} {buffer.raw[8:16]}'
    look()
    return look
