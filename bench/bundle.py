#!/usr/bin/env python3
"""The bundle beside crik and criu that are installed in the image: start, memory, restore and size.

bundle.py ROUNDS CRIK BUNDLE prints how long `crik run -- true` takes, as JSON: with CRIK, and with the bundle, for which it mounts BUNDLE at
/opt/crik in a mount namespace of its own."""
import collections, gzip, json, os, subprocess, sys

import init, pods, report

PLACE = '/opt/crik'


def measure(crik, bundle, rounds, starts, case, level, where, load):
    """Yields rows of the report. In each, the first is the bundle, and the other the installed crik."""
    times = json.loads(subprocess.check_output(['unshare', '--mount', sys.executable, __file__, str(starts), crik, bundle]))
    yield report.Row('bundle: start to exit of true', times['bundle'], times['crik'], 'installed', 'ms', {'ratio': 1.1})
    samples = {tool: collections.defaultdict(list) for tool in ('bundle', 'crik')}
    for number in range(rounds):
        for tool in sorted(samples, reverse=number % 2 == 0):
            bench = pods.Bench(case, tool, level, where, load)
            try:
                bench.start()
                samples[tool]['memory'].append(bench.idle()['VmRSS'] * 1024)
                samples[tool]['checkpoint'].append(bench.checkpoint()[0])
                samples[tool]['restore'].append(bench.start(restore=True))
            finally:
                bench.close()
    for name, key, unit, goal in (('bundle: resident memory with checkpoints on', 'memory', 'MiB', {'ratio': 1.1}),
                                  (f'bundle: checkpoint, {case.name}', 'checkpoint', 'ms', {'more': 0.040}),
                                  (f'bundle: restore, {case.name}', 'restore', 'ms', {'more': 0.040})):
        yield report.Row(name, samples['bundle'][key], samples['crik'][key], 'installed', unit, goal)
    files = [os.path.join(parent, name) for parent, _, names in os.walk(bundle) for name in names]
    yield report.Row('bundle: size', [sum(map(os.path.getsize, files))], [os.path.getsize(crik)], 'crik alone', 'MB', {'most': 20e6})
    yield report.Row('bundle: size, compressed', [os.path.getsize(bundle + '.tar.gz')], [len(gzip.compress(open(crik, 'rb').read(), 9))],
                     'crik alone', 'MB', {'most': 8e6})


def starts(rounds, crik, bundle):
    made = not os.path.isdir(PLACE)
    os.makedirs(PLACE, exist_ok=True)
    try:
        subprocess.check_call(['mount', '--bind', bundle, PLACE])
        commands = {'crik': [crik, 'run', '--', 'true'], 'bundle': [PLACE + '/bin/crik', 'run', '--', 'true']}
        times = {name: [] for name in commands}
        for number in range(rounds):
            for name in sorted(commands, reverse=number % 2 == 0):
                times[name].append(init.time_of(commands[name]))
        subprocess.check_call(['umount', PLACE])
    finally:
        if made:
            os.rmdir(PLACE)
    return times


if __name__ == '__main__':
    print(json.dumps(starts(int(sys.argv[1]), *sys.argv[2:])))
