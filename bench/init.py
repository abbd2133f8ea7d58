"""crik as an init: what a start of `crik run -- true` and an idle `crik run -- sleep` cost, beside tini."""
import os, signal, subprocess, time

import report

# What is set for the lab is not meant for the crik that is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith('CRIK_')}
TINI = ['/usr/bin/tini', '-s']  # a subreaper, as crik is one where it is not PID 1


def time_of(command):
    before = time.perf_counter_ns()
    os.waitpid(os.posix_spawn(command[0], command, ENVIRONMENT), 0)
    return (time.perf_counter_ns() - before) / 1e9


def idle(command):
    """Resident and anonymous KiB, and threads, of an init whose program sleeps."""
    process = subprocess.Popen([*command, '--', 'sleep', '60'], env=ENVIRONMENT)
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
    yield report.Row('size of the binary', [os.path.getsize(crik)], [os.path.getsize(TINI[0])], 'tini', 'MB', {'most': 6e6})
