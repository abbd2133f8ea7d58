"""traits.py LEVEL: a thread and a child with traits of their own. Each prints its traits again and again."""
import ctypes, os, resource, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
CPUS = sorted(os.sched_getaffinity(0))
IOPRIO_SET, IOPRIO_GET, PROCESS = 251, 252, 1
SET_SLACK, GET_SLACK = 29, 30
PRIVILEGED = sys.argv[1] == 'privileged'         # only there can crik see the timer slack of another process


def have(cpu, io_priority, nice, slack):
    os.sched_setaffinity(0, {cpu})
    libc.syscall(IOPRIO_SET, PROCESS, 0, io_priority)
    os.nice(nice)
    if PRIVILEGED:
        libc.prctl(SET_SLACK, slack)


def show(name):
    files = [open(f'/proc/self/{file}').read().strip() for file in ('oom_score_adj', 'coredump_filter')]
    line = ['traits', name, sorted(os.sched_getaffinity(0)), libc.syscall(IOPRIO_GET, PROCESS, 0), os.getpriority(os.PRIO_PROCESS, 0),
            os.sched_getscheduler(0), libc.prctl(GET_SLACK), *files, resource.getrlimit(resource.RLIMIT_NOFILE)]
    os.write(1, (' '.join(map(str, line)) + '\n').encode())


def thread():
    have(CPUS[0], 2 << 13 | 7, 1, 70000)
    while True:
        show('thread')
        time.sleep(0.05)


child = os.fork()
if child == 0:
    have(CPUS[-1], 3 << 13, 5, 80000)            # the class "idle"
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    for file, value in (('oom_score_adj', '900'), ('coredump_filter', '0x11')):
        with open(f'/proc/self/{file}', 'w') as opened:
            opened.write(value)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
    while True:
        show('child')
        time.sleep(0.05)
have(CPUS[-1], 2 << 13 | 2, 2, 60000)
threading.Thread(target=thread, daemon=True).start()
n = 0
while True:
    show('main')
    n += 1
    os.write(1, f'count {n}\n'.encode())
    time.sleep(0.05)
