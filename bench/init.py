"""crik as an init: what a start of `crik run -- true`, an idle `crik run -- sleep` and a busy program cost, beside tini."""
import os, signal, subprocess, tempfile, time

import report

# What is set for the lab is not meant for the crik that is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith('CRIK_')}
TINI = ['/usr/bin/tini', '-s']  # a subreaper, as crik is one where it is not PID 1


def time_of(command):
    before = time.perf_counter_ns()
    os.waitpid(os.posix_spawn(command[0], command, ENVIRONMENT), 0)
    return (time.perf_counter_ns() - before) / 1e9


BUSY = ['sh', '-c', 'i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done']


def switches(pid):
    """How often a thread of a process was put to sleep or interrupted."""
    count = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status') as status:
            count += sum(int(line.split()[1]) for line in status if line.startswith(('voluntary_ctxt', 'nonvoluntary_ctxt')))
    return count


def wake_ups(commands):
    """Of inits whose program sleeps, beside each other, in a minute."""
    inits = [subprocess.Popen([*command, '--', 'sleep', '90'], env=ENVIRONMENT, stderr=subprocess.DEVNULL) for command in commands]
    time.sleep(2)
    before = [switches(init.pid) for init in inits]
    time.sleep(60)
    after = [switches(init.pid) for init in inits]
    for init in inits:
        init.kill()
        init.wait()
    return [end - begin for begin, end in zip(before, after)]


def idle(command):
    """Resident and anonymous KiB, and threads, of an init whose program sleeps."""
    process = subprocess.Popen([*command, '--', 'sleep', '60'], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    with open(f'/proc/{process.pid}/status') as status:
        values = {key: int(value.split()[0]) for key, _, value in (line.partition(':') for line in status) if key in ('VmRSS', 'RssAnon', 'Threads')}
    process.send_signal(signal.SIGTERM)
    process.wait()
    return values


def measure(crik, rounds):
    commands = {'true': ['/bin/true'], 'tini': [*TINI, '--', 'true'], 'crik': [crik, 'run', '--', 'true']}
    times = {name: [] for name in commands}
    for number in range(rounds):
        for name in sorted(commands, reverse=number % 2 == 0):
            times[name].append(time_of(commands[name]))
    yield report.Row('start to exit of true', times['crik'], times['tini'], 'tini', 'ms', {'ratio': 2.5})
    yield report.Row('start to exit of true, bare', times['crik'], times['true'], 'no init', 'ms', {})
    ours, theirs = ([idle(command) for _ in range(5)] for command in ([crik, 'run'], TINI))
    for key, name, goal in (('VmRSS', 'idle: resident memory', 7), ('RssAnon', 'idle: anonymous memory', 2.5), ('Threads', 'idle: threads', None)):
        scale = 1 if key == 'Threads' else 1024
        yield report.Row(name, [one[key] * scale for one in ours], [one[key] * scale for one in theirs], 'tini',
                         '' if key == 'Threads' else 'MiB', {'most': goal * 1048576} if goal else {})
    with tempfile.TemporaryDirectory() as images:
        saving = [crik, 'run', '--image-dir', images]
        resident = [idle(saving)['VmRSS'] * 1024 for _ in range(5)]
        woken, woken_saving, woken_tini = wake_ups([[crik, 'run'], saving, TINI])
    yield report.Row('idle with checkpoints on: resident memory', resident, [one['VmRSS'] * 1024 for one in theirs], 'tini', 'MiB', {'most': 7 * 1048576})
    yield report.Row('idle: wake-ups in a minute', [woken], [woken_tini], 'tini', '', {'most': 0})
    yield report.Row('idle with checkpoints on: wake-ups in a minute', [woken_saving], [woken_tini], 'tini', '', {'most': 0})
    busy = {name: [] for name in ('crik', 'tini')}
    for number in range(3 if rounds < 200 else 9):
        for name in sorted(busy, reverse=number % 2 == 0):
            busy[name].append(time_of([*([crik, 'run'] if name == 'crik' else TINI), '--', *BUSY]))
    yield report.Row('a program that computes', busy['crik'], busy['tini'], 'tini', 'ms', {'ratio': 1.01})
    yield report.Row('size of the binary', [os.path.getsize(crik)], [os.path.getsize(TINI[0])], 'tini', 'MB', {'most': 6e6})
