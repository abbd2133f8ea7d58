"""crik as an init, beside tini: starts, a busy program and wake-ups, as children on the host, and the memory of a pod's first process
while its program runs."""
import os, subprocess, tempfile, time

import pods, report

# Variables that are set for the lab do not apply to the crik that is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith('CRIK_')}
TINI = [pods.TINI, '-s']  # a subreaper, as crik is one where it is not PID 1


def time_of(command):
    """Seconds that a command takes, which has to succeed."""
    before = time.perf_counter_ns()
    _, status = os.waitpid(os.posix_spawn(command[0], command, ENVIRONMENT), 0)
    seconds = (time.perf_counter_ns() - before) / 1e9
    if status:
        raise RuntimeError(f'{" ".join(command)} ended with {os.waitstatus_to_exitcode(status)}')
    return seconds


BUSY = ['sh', '-c', 'i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done']


def switches(pid):
    """Counts how often a thread of a process was put to sleep or interrupted."""
    count = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status') as status:
            count += sum(int(line.split()[1]) for line in status if line.startswith(('voluntary_ctxt', 'nonvoluntary_ctxt')))
    return count


def wake_ups(commands):
    """Counts the wake-ups of inits whose program sleeps, beside each other, in a minute."""
    inits = [subprocess.Popen([*command, '--', 'sleep', '90'], env=ENVIRONMENT, stderr=subprocess.DEVNULL) for command in commands]
    time.sleep(2)
    before = [switches(init.pid) for init in inits]
    time.sleep(60)
    after = [switches(init.pid) for init in inits]
    for init in inits:
        init.kill()
        init.wait()
    return [end - begin for begin, end in zip(before, after)]


def idle(tool, case, level, where, load):
    """Returns resident and anonymous KiB, and threads, of a pod's first process a moment after its program began to
    run."""
    bench = pods.Bench(case, tool, level, where, load)
    try:
        bench.start()
        time.sleep(0.3)
        return bench.idle()
    finally:
        bench.close()


def measure_idle(case, rounds, level, where, load):
    """Measures memory and threads of crik without and with checkpoints and of tini, in pods, by turns."""
    samples = {tool: [] for tool in ('crik-plain', 'crik', 'tini')}
    for number in range(rounds):
        for tool in sorted(samples, reverse=number % 2 == 0):
            samples[tool].append(idle(tool, case, level, where, load))
    scaled = lambda tool, key: [one[key] * (1 if key == 'Threads' else 1024) for one in samples[tool]]
    for name, tool, key, unit, goal in (('idle: resident memory', 'crik-plain', 'VmRSS', 'MiB', {'most': 7 * 1048576}),
                                        ('idle: anonymous memory', 'crik-plain', 'RssAnon', 'MiB', {'most': 2.5 * 1048576}),
                                        ('idle: threads', 'crik-plain', 'Threads', '', {}),
                                        ('idle with checkpoints on: resident memory', 'crik', 'VmRSS', 'MiB', {'most': 7 * 1048576}),
                                        ('idle with checkpoints on: anonymous memory', 'crik', 'RssAnon', 'MiB', {}),
                                        ('idle with checkpoints on: threads', 'crik', 'Threads', '', {})):
        yield report.Row(name, scaled(tool, key), scaled('tini', key), 'tini', unit, goal)


def measure_starts(crik, rounds):
    commands = {'true': ['/bin/true'], 'tini': [*TINI, '--', 'true'], 'crik': [crik, 'run', '--', 'true']}
    times = {name: [] for name in commands}
    for number in range(rounds):
        for name in sorted(commands, reverse=number % 2 == 0):
            times[name].append(time_of(commands[name]))
    yield report.Row('start to exit of true', times['crik'], times['tini'], 'tini', 'ms', {'ratio': 2.5})
    yield report.Row('start to exit of true, bare', times['crik'], times['true'], 'no init', 'ms', {})


def measure_running(crik, rounds):
    """Measures wake-ups, once, and a program that computes."""
    with tempfile.TemporaryDirectory() as images:
        woken, woken_saving, woken_tini = wake_ups([[crik, 'run'], [crik, 'run', '--image-dir', images], TINI])
    yield report.Row('idle: wake-ups in a minute', [woken], [woken_tini], 'tini', '', {'most': 0})
    yield report.Row('idle with checkpoints on: wake-ups in a minute', [woken_saving], [woken_tini], 'tini', '', {'most': 0})
    busy = {name: [] for name in ('crik', 'tini')}
    for number in range(rounds):
        for name in sorted(busy, reverse=number % 2 == 0):
            busy[name].append(time_of([*([crik, 'run'] if name == 'crik' else TINI), '--', *BUSY]))
    yield report.Row('a program that computes', busy['crik'], busy['tini'], 'tini', 'ms', {'ratio': 1.01})
    yield report.Row('size of the binary', [os.path.getsize(crik)], [os.path.getsize(TINI[0])], 'tini', 'MB', {'most': 6e6})
