#!/usr/bin/env python3
"""bench.py [--quick|--large] [--only PATTERN] [--rounds N] [--level basic|full] [--where DIR] [--out DIR]: what crik costs, beside what it stands on.

Everything is measured in pairs, crik and the other by turns, the first of a pair changing. The report has medians with
quartiles. Starts are more pairs, and wake-ups are counted once, side by side; the table says so.
Start and idle cost go against tini, checkpoints against `criu dump` with the same options plus `sync -f`, restores against `criu restore`.
A checkpoint that is not committed and a program that is not restored are errors (proof.py), and the exit code is 1. Each run
begins with a checkpoint that is given up on purpose, and goes on only when that was noticed.
Writes bench.json, bench.md and bench.svg to --out (artifacts/bench) and prints the table. --quick takes fewer and smaller cases.
--large takes very large programs, each once: what criu alone can do must not fail under crik."""
import argparse, collections, os, platform, re, shutil, subprocess, sys, tempfile, time

import bundle, init, pods, proof, report

HERE = os.path.dirname(os.path.abspath(__file__))
Case = collections.namedtuple('Case', 'megabytes processes files name goal threads mappings', defaults=(0, 0))

# The goals: a ratio for large cases, milliseconds on top for small ones.
SMALL, LARGE = {'more': 0.040}, {'ratio': 1.05}
CASES = [Case(10, 1, 0, '10 MiB', SMALL), Case(256, 1, 0, '256 MiB', LARGE), Case(2048, 1, 0, '2 GiB', LARGE), Case(6144, 1, 0, '6 GiB', LARGE),
         Case(10, 200, 0, '200 processes, 10 MiB', SMALL), Case(256, 200, 0, '200 processes, 256 MiB', LARGE),
         Case(2048, 200, 0, '200 processes, 2 GiB', LARGE), Case(10, 1, 5000, '5,000 open files, 10 MiB', SMALL)]
LARGE_CASES = [Case(3000, 3000, 0, '3,000 processes, 3 GiB', {}), Case(10, 1, 0, '3,000 threads', {}, threads=3000),
               Case(10, 5, 50000, '50,000 open files in 5 processes', {}), Case(10, 1, 0, '20,000 mappings', {}, mappings=20000),
               Case(12288, 1, 0, '12 GiB', {})]
LAZY = '2 GiB'
QUICK = ('10 MiB', '256 MiB', '200 processes, 10 MiB', '5,000 open files, 10 MiB')


def available_megabytes():
    with open('/proc/meminfo') as file:
        return next(int(line.split()[1]) >> 10 for line in file if line.startswith('MemAvailable:'))


def frozen(case, tool, level, where, load, env):
    bench = pods.Bench(case, tool, level, where, load, env)
    try:
        bench.start()
        return bench.freeze()
    finally:
        bench.close()


def notices_what_is_missing(where, load):
    """Whether a checkpoint that was given up counts as an error.

    crik has no criu, so the program dies of SIGTERM, with the exit code of a checkpoint."""
    bench = pods.Bench(CASES[0], 'crik', 'basic', where, load, env=['CRIK_CRIU_PATH=/nowhere/criu'])
    try:
        bench.start()
        bench.checkpoint()
        return False
    except proof.NotProven:
        return True
    finally:
        bench.close()


def or_error(name, goal, rows):
    """Returns the rows, or one row that says why there are none."""
    try:
        return list(rows)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as problem:
        print(f'error: {problem}', file=sys.stderr)  # at once; the report says it again
        return [report.Row(name, [], [], '', '', goal, str(problem))]


def measure(case, rounds, level, where, load, env):
    """Measures checkpoints and restores of one case. Yields rows of the report."""
    times = collections.defaultdict(lambda: {'crik': [], 'criu': []})
    for number in range(rounds):
        for tool in ('crik', 'criu') if number % 2 == 0 else ('criu', 'crik'):
            bench = pods.Bench(case, tool, level, where, load, env)
            try:
                bench.start()
                seconds, stored = bench.checkpoint()
                times['checkpoint'][tool].append(seconds)
                times['bytes on disk'][tool].append(stored)
                times['restore'][tool].append(bench.start(restore=True))
            finally:
                bench.close()
            if case.goal and case.processes == 1 and case.megabytes <= 2048:
                times['frozen, left running'][tool].append(frozen(case, tool, level, where, load, env))
        print('.', end='', file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for what, samples in times.items():
        stored = what == 'bytes on disk'
        goal = case.goal if what in ('checkpoint', 'restore') else {}
        yield report.Row(f'{what}, {case.name}', samples['crik'], samples['criu'], 'criu', 'MiB' if stored else 'ms', goal)


def measure_lazily(case, rounds, where, load):
    """Measures from the start until the program runs, before all its pages are there. That takes the full level."""
    times = collections.defaultdict(list)
    benches = {tool: pods.Bench(case, tool, 'full', where, load) for tool in ('crik', 'criu')}
    try:
        for bench in benches.values():
            bench.start()
            bench.checkpoint()
        for number in range(rounds):
            for tool in ('crik', 'criu') if number % 2 == 0 else ('criu', 'crik'):
                for lazily in (True, False):
                    times[tool, lazily].append(benches[tool].start(restore=True, lazily=lazily))
                    benches[tool].stop()
            print('.', end='', file=sys.stderr, flush=True)
    finally:
        for bench in benches.values():
            bench.close()
    print(file=sys.stderr)
    yield report.Row(f'first answer, lazily, {case.name}', times['crik', True], times['criu', True], 'criu, lazily', 'ms', {'most': 0.1})
    yield report.Row(f'first answer, lazily or with all pages, {case.name}', times['crik', True], times['crik', False], 'crik, all pages', 'ms', {})
    yield report.Row(f'first answer with all pages, full level, {case.name}', times['crik', False], times['criu', False], 'criu', 'ms', {})


def build_load(directory):
    compiler = next(c for c in ('cc', 'gcc', 'clang') if shutil.which(c))
    subprocess.check_call([compiler, '-O2', '-static', '-o', directory + '/load', HERE + '/programs/load.c'])
    return directory + '/load'


def machine():
    with open('/proc/cpuinfo') as file:
        cpu = next((line.split(':')[1].strip() for line in file if line.startswith('model name')), platform.machine())
    return {'cpu': cpu, 'cores': os.cpu_count(), 'kernel': platform.release().split('-')[0], 'memoryMiB': os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 20}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--large', action='store_true')
    parser.add_argument('--only', default='', help='cases whose name this is found in; "init" for start and idle, "bundle" for the bundle')
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--level', choices=('basic', 'full'), default='basic')
    parser.add_argument('--env', action='append', default=[], help='NAME=VALUE for the pods of checkpoints and restores')
    parser.add_argument('--where', default=os.path.join(pods.ROOT, 'artifacts'), help='where images go: its disk is part of what is measured')
    parser.add_argument('--out', default=os.path.join(pods.ROOT, 'artifacts/bench'))
    a = parser.parse_args()
    rounds = a.rounds or (1 if a.large else 3 if a.quick else 9)
    crik = os.environ.get('CRIK_BINARY') or os.path.join(pods.ROOT, 'artifacts/crik')
    rows, skipped, load_average = [], [], [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(dir=a.where, prefix='bench-') as work:
        load = build_load(work)
        if not notices_what_is_missing(work, load):
            sys.exit('a checkpoint that was given up was counted as one: the measurements would prove nothing')
        if re.search(a.only, 'init') and not a.large:
            rows += init.measure_starts(crik, 100 if a.quick else 400)
            rows += init.measure_idle(CASES[0], rounds, a.level, work, load)
            rows += init.measure_running(crik, rounds)
        if re.search(a.only, 'bundle') and not a.large:
            rows += bundle.measure(crik, pods.BUNDLE, rounds, 100 if a.quick else 400, CASES[0], a.level, work, load)
        for case in LARGE_CASES if a.large else CASES:
            if not re.search(a.only, case.name) or a.quick and case.name not in QUICK:
                continue
            wanted = (1.25 if a.large else 2.5) * case.megabytes + 1024  # with room for the images in the page cache, where times are compared
            if available_megabytes() < wanted:
                skipped.append(f'{case.name}: {available_megabytes()} MiB of memory are free, and it wants {wanted:.0f}')
                continue
            print(f'{case.name}: {rounds} pairs ', end='', file=sys.stderr, flush=True)
            rows += or_error(f'checkpoint and restore, {case.name}', case.goal, measure(case, rounds, a.level, work, load, a.env))
            if case.name == LAZY:
                print(f'{case.name}, lazily: {rounds} pairs ', end='', file=sys.stderr, flush=True)
                rows += or_error(f'first answer, {case.name}', {}, measure_lazily(case, rounds, work, load))
            load_average.append(os.getloadavg()[0])
    facts = {**machine(), 'level': a.level, 'rounds': rounds, 'quick': a.quick, 'date': time.strftime('%Y-%m-%d'),
             'loadAverage': [round(x, 2) for x in (min(load_average), max(load_average))]}
    os.makedirs(a.out, exist_ok=True)
    sys.exit(1 if report.write(rows, skipped, facts, a.out, 'large' if a.large else 'bench') else 0)


main()
