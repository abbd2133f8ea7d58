#!/usr/bin/env python3
"""faults.py: kills pods at every instant of checkpoint and restore, lets everything else go wrong, and reports what was lost.

Every pod is a container of runc with crik as its first process, the real criu and a witness (witness.c). The last line is
`N kills: 0 lost, 0 partial restored, 0 backwards, 0 doubled`. The exit code is 0 only when all four are 0, nothing else
unexpected happened, every phase was hit, and every mishap happened.

A second table is about mishaps in which PID 1 must not wait: volumes that hang, limits that are reached, servers that never
answer. There the program has to get its SIGTERM within the grace period, or its checkpoint has to be committed. Each of
these mishaps comes in every combination of moment, length and extent once before one comes again, so 15 minutes with
--only volume are complete."""
import argparse, multiprocessing, os, queue, random, shutil, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chain, clock_mishaps, deadline, hangs, kills, ledger, limits, lives, mishaps, network, phases, pods, sabotage, tables  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE, PREFIX = '/dev/shm', 'crik-faults-'
KILLS = 'kills'
# name: who kills, options of its chain, the phases that have to be hit
KILLERS = {
    KILLS: (kills.Killer, {}, phases.PHASES),
    'kills beside the program': (kills.KillerBeside, {'steps': True}, phases.BESIDE),
    'kills at the full level': (kills.Killer, {'level': 'full', 'steps': True}, ()),
    'kills without root': (kills.Killer, {'level': 'nonroot'}, ()),  # FUSE gives what is created to the server's user
}
SABOTAGE = 'sabotage'
DEADLINE = 'deadline'  # selects all mishaps of the second table
DEADLINES = hangs.CASES + limits.CASES + network.CASES
MORE = 300  # seconds, when a phase was not hit in time


def be_quick():
    """Lets this process see at once what it waits for, on a busy machine. The pods do not inherit that."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        pass


def clean_up(name):
    """Removes everything of a run, however it ended."""
    for bundle in os.listdir(pods.lab.RUN + '/pods') if os.path.isdir(pods.lab.RUN + '/pods') else []:
        if bundle.startswith(name + '-'):
            pods.lab.clean_up(bundle)
    with open('/proc/self/mounts') as mounts:
        for point in reversed([line.split()[1] for line in mounts if f' {PLACE}/{name}/' in line]):
            subprocess.run(['umount', '-l', point], stderr=subprocess.DEVNULL)
    shutil.rmtree(f'{PLACE}/{name}', ignore_errors=True)


def clean_up_after_the_dead():
    """Removes what is left of runs that were killed."""
    for name in os.listdir(PLACE):
        number = name.removeprefix(PREFIX)
        if number != name and (number == str(os.getpid()) or not os.path.exists(f'/proc/{number}')):
            clean_up(name)


class Lab:
    """The place where everything happens. The workers share it."""

    def __init__(self, seed, workers):
        self.seed, self.workers, self.verbose = seed, workers, False
        self.rootfs = subprocess.check_output([pods.LAB + '/rootfs.sh'], text=True).strip()
        self.name = f'{PREFIX}{os.getpid()}'
        self.directory = f'{PLACE}/{self.name}'
        os.mkdir(self.directory, 0o700)
        subprocess.check_call([HERE + '/build.sh', self.directory])
        self.results = multiprocessing.Queue()
        self.hits = multiprocessing.Array('i', len(phases.ALL))  # of kills

    def killed(self):
        return sum(self.hits)

    def has_hit(self, wanted):
        return all(self.hits[phases.ALL.index(phase)] for phase in wanted)

    def remove(self):
        clean_up(self.name)

    def chain(self, number, **options):
        return chain.Chain(f'{self.name}-{number}', self.rootfs, self.directory, self.directory, self.seed * 1000 + number, **options)


def work(lab, jobs):
    pods.adopt_orphans()
    pods.end_with_the_parent()
    for number, name, until, count in jobs:  # until: a time for kills, a length for all else
        report = lambda outcome, findings: lab.results.put((name, outcome, findings))
        end = until if name == KILLS else time.monotonic() + until
        killer, options, to_hit = KILLERS.get(name, (None, {}, ()))
        # a machine that is slow gets more time, so that every phase is hit
        may_go_on = lambda: lab.killed() < count if count else time.monotonic() < (end if lab.has_hit(to_hit) else end + MORE)
        case = next(((case, options) for title, case, options in mishaps.CASES + DEADLINES if title == name), None)
        has_deadline = name in (title for title, *_ in DEADLINES)
        if case:
            options = dict(case[1], env=case[1].get('env', []) + (deadline.OPTIONS if has_deadline else lives.STRICT))
        elif name == KILLS:
            options = {'steps': number % 2 == 1}
        link = lab.chain(number, **options)
        be_quick()
        try:
            if name == SABOTAGE:
                report(sabotage.run(link), [])
            elif has_deadline:
                deadline.run(link, case[0], may_go_on, report)
            elif case:
                if case[0] is clock_mishaps.wall_clock_jumps:
                    shutil.copy(lab.directory + '/clockshim.so', link.volume)
                mishaps.run(link, case[0], may_go_on, report)
            else:
                killer(link).run(may_go_on, report)
        except Exception as problem:  # a defect of this harness, or a pod that hangs, must not look like a good end
            report(None, link.ledger.take_findings() + [(ledger.UNEXPECTED, f'{name}: {type(problem).__name__}: {problem}')])
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            link.remove()


def run(lab, stages):
    """Runs the stages one after the other. Each stage is a list of jobs for each worker."""
    results = tables.Results()
    for stage in stages:
        workers = [multiprocessing.Process(target=work, args=(lab, jobs)) for jobs in stage]
        for worker in workers:
            worker.daemon = True  # ends with this process
            worker.start()
        while any(worker.is_alive() for worker in workers) or not lab.results.empty():
            try:
                name, outcome, findings = lab.results.get(timeout=0.2)
            except queue.Empty:
                continue
            take(lab, results, name, outcome)
            for kind, what in findings:
                results.found[kind] += 1
                print(f'{kind} ({name}): {what}', flush=True)
        for worker in workers:
            worker.join()
            if worker.exitcode:
                results.found[ledger.UNEXPECTED] += 1
    return results


def take(lab, results, name, outcome):
    """Counts what became of one pod."""
    if name == SABOTAGE:
        results.sabotaged = outcome
    elif isinstance(outcome, deadline.Outcome):
        if lab.verbose:
            print(f'{name}: {outcome}', flush=True)
        results.add_at_deadline(name, outcome)
    elif name in KILLERS and outcome:
        results.hits[(name, outcome.phase)] += 1
        if outcome.phase:
            lab.hits[phases.ALL.index(outcome.phase)] += 1
            results.moments[(outcome.moment or 'missed').split(' /')[0]] += 1
    elif outcome:
        results.cases[(name, outcome)] += 1


def even_jobs(first, names, workers, seconds):
    """One job for each name, and more when there are more workers; each gets an equal part of the workers' time."""
    repeated = (names * workers)[:max(len(names), workers)] if names else []
    part = seconds * workers / max(1, len(repeated))
    return [(first + i, name, part, 0) for i, name in enumerate(repeated)]


def split(items, workers):
    return [items[i::workers] for i in range(workers)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=10, help='for all of it (10)')
    parser.add_argument('--count', type=int, default=0, help='kills; instead of three fifths of the minutes')
    parser.add_argument('--seed', type=int, help='of all that is random but the machine itself')
    parser.add_argument('--workers', type=int, default=3)
    parser.add_argument('--verbose', action='store_true', help='prints what became of every pod of the second table')
    parser.add_argument('--only', help=f'{SABOTAGE}, {DEADLINE}, or a part of the name of some kills or of a mishap')
    a = parser.parse_args()
    seed = a.seed if a.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    clean_up_after_the_dead()
    pods.keep_mounts_to_ourselves()
    lab = Lab(seed, a.workers)
    lab.verbose = a.verbose
    began = time.monotonic()
    seconds = a.minutes * 60
    wanted = lambda name: not a.only or a.only in name
    try:
        others = [name for name in KILLERS if name != KILLS and wanted(name)]
        names = [name for name, *_ in mishaps.CASES if wanted(name)]
        with_deadline = [name for name, *_ in DEADLINES if wanted(name) or a.only == DEADLINE]
        shares = {KILLS: 2 * wanted(KILLS), 'others': 1 * bool(others), 'mishaps': 2 * bool(names), 'deadlines': 3 * bool(with_deadline)}
        share = lambda part: seconds * shares[part] / max(1, sum(shares.values()))
        killers = [[(i + 1, KILLS, began + share(KILLS), a.count * 2 // 3 if others else a.count)] for i in range(a.workers) if wanted(KILLS)]
        if wanted(SABOTAGE):
            killers = [[(0, SABOTAGE, 0, 0), *killers[0]], *killers[1:]] if killers else [[(0, SABOTAGE, 0, 0)]]
        turns = -(-len(others) // a.workers)  # how many of them a worker does one after the other
        other_killers = [(50 + i, name, share('others') / turns, a.count - a.count // 3 * (turns - 1 - i // a.workers) // turns)
                         for i, name in enumerate(others)]
        mishap_jobs = even_jobs(100, names, a.workers, share('mishaps'))
        # these pods mostly wait, so there are twice as many at a time
        deadline_jobs = even_jobs(200, with_deadline, 2 * a.workers, share('deadlines'))
        results = run(lab, [killers, split(other_killers, a.workers), split(mishap_jobs, a.workers), split(deadline_jobs, 2 * a.workers)])
    finally:
        lab.remove()
    sys.exit(tables.tell(results, KILLERS, names, with_deadline))


main()
