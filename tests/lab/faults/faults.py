#!/usr/bin/env python3
"""faults.py: kills pods at every instant of checkpoint and restore, and does to them what else goes wrong; says what was lost.

Every pod is a container of runc with crik as its first process, the real criu and a witness (witness.c). The last line is
`N kills: 0 lost, 0 partial restored, 0 backwards, 0 doubled`, and the exit code 0 only when all four are 0, nothing else
unexpected happened, every phase was hit, and every mishap happened."""
import argparse, collections, multiprocessing, os, queue, random, shutil, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chain, kills, ledger, mishaps, phases, pods, sabotage  # noqa: E402

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
ENOUGH = 10  # pods, for a mishap to happen to one of them
MORE = 300  # seconds, when a phase was not hit in time


def be_quick():
    """What is waited for is to be seen at once, on a machine that has much else to do; the pods are not to have that."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        pass


def clean_up(name):
    """Leaves nothing of a run behind, however it ended."""
    for bundle in os.listdir(pods.lab.RUN + '/pods') if os.path.isdir(pods.lab.RUN + '/pods') else []:
        if bundle.startswith(name + '-'):
            pods.lab.clean_up(bundle)
    with open('/proc/self/mounts') as mounts:
        for point in reversed([line.split()[1] for line in mounts if f' {PLACE}/{name}/' in line]):
            subprocess.run(['umount', '-l', point], stderr=subprocess.DEVNULL)
    shutil.rmtree(f'{PLACE}/{name}', ignore_errors=True)


def clean_up_after_the_dead():
    """Runs that were killed."""
    for name in os.listdir(PLACE):
        number = name.removeprefix(PREFIX)
        if number != name and (number == str(os.getpid()) or not os.path.exists(f'/proc/{number}')):
            clean_up(name)


class Lab:
    """Where it all happens, and what it came to. Shared by the workers."""

    def __init__(self, seed, workers):
        self.seed, self.workers = seed, workers
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
    for number, name, until, count in jobs:  # until: a time for kills, a length for all else
        report = lambda outcome, findings: lab.results.put((name, outcome, findings))
        end = until if name == KILLS else time.monotonic() + until
        killer, options, to_hit = KILLERS.get(name, (None, {}, ()))
        # a machine that is slow gets more time, so that every phase is hit
        may_go_on = lambda: lab.killed() < count if count else time.monotonic() < (end if lab.has_hit(to_hit) else end + MORE)
        case = next(((case, options) for title, case, options in mishaps.CASES if title == name), None)
        if case:
            options = dict(case[1], env=case[1].get('env', []) + mishaps.STRICT)
        elif name == KILLS:
            options = {'steps': number % 2 == 1}
        link = lab.chain(number, **options)
        be_quick()
        try:
            if name == SABOTAGE:
                report(sabotage.run(link), [])
            elif case:
                if case[0] is mishaps.wall_clock_jumps:
                    shutil.copy(lab.directory + '/clockshim.so', link.volume)
                mishaps.run(link, case[0], may_go_on, report)
            else:
                killer(link).run(may_go_on, report)
        except Exception as problem:  # of this harness, or a pod that hangs: it must not look like a good end
            report(None, link.ledger.take_findings() + [(ledger.UNEXPECTED, f'{name}: {type(problem).__name__}: {problem}')])
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            link.remove()


def run(lab, stages):
    """Each stage is one list of jobs a worker."""
    hits, moments, cases, found = (collections.Counter() for _ in range(4))
    sabotaged = None
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
            if name == SABOTAGE:
                sabotaged = outcome
            elif name in KILLERS and outcome:
                hits[(name, outcome.phase)] += 1
                if outcome.phase:
                    lab.hits[phases.ALL.index(outcome.phase)] += 1
                    moments[(outcome.moment or 'missed').split(' /')[0]] += 1
            elif outcome:
                cases[(name, outcome)] += 1
            for kind, what in findings:
                found[kind] += 1
                print(f'{kind} ({name}): {what}', flush=True)
        for worker in workers:
            worker.join()
            if worker.exitcode:
                found[ledger.UNEXPECTED] += 1
    return hits, moments, cases, found, sabotaged


def split(items, workers):
    return [items[i::workers] for i in range(workers)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=10, help='for all of it (10)')
    parser.add_argument('--count', type=int, default=0, help='kills; instead of three fifths of the minutes')
    parser.add_argument('--seed', type=int, help='of all that is random but the machine itself')
    parser.add_argument('--workers', type=int, default=3)
    parser.add_argument('--only', help=f'{SABOTAGE}, or a part of the name of some kills or of a mishap')
    a = parser.parse_args()
    seed = a.seed if a.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    clean_up_after_the_dead()
    pods.keep_mounts_to_ourselves()
    lab = Lab(seed, a.workers)
    began = time.monotonic()
    seconds = a.minutes * 60
    wanted = lambda name: not a.only or a.only in name
    try:
        others = [name for name in KILLERS if name != KILLS and wanted(name)]
        names = [name for name, *_ in mishaps.CASES if wanted(name)]
        shares = {KILLS: 2 * wanted(KILLS), 'others': 1 * bool(others), 'mishaps': 2 * bool(names)}
        share = lambda part: seconds * shares[part] / max(1, sum(shares.values()))
        killers = [[(i + 1, KILLS, began + share(KILLS), a.count * 2 // 3 if others else a.count)] for i in range(a.workers) if wanted(KILLS)]
        if wanted(SABOTAGE):
            killers = [[(0, SABOTAGE, 0, 0), *killers[0]], *killers[1:]] if killers else [[(0, SABOTAGE, 0, 0)]]
        turns = -(-len(others) // a.workers)  # how many of them a worker does one after the other
        other_killers = [(50 + i, name, share('others') / turns, a.count - a.count // 3 * (turns - 1 - i // a.workers) // turns)
                         for i, name in enumerate(others)]
        repeated = (names * a.workers)[:max(len(names), a.workers)]
        slice_ = share('mishaps') * a.workers / max(1, len(repeated))
        mishap_jobs = [(100 + i, name, slice_, 0) for i, name in enumerate(repeated)]
        hits, moments, cases, found, sabotaged = run(lab, [killers, split(other_killers, a.workers), split(mishap_jobs, a.workers)])
    finally:
        lab.remove()
    sys.exit(tell(names, hits, moments, cases, found, sabotaged))


def never_happened(pods_, missed):
    """A few pods may miss it by chance."""
    return pods_ == 0 or missed == pods_ >= ENOUGH


def tell(names, hits, moments, cases, found, sabotaged):
    complete = True
    if sabotaged:
        print(f'{sabotaged[0]} of {sabotaged[1]} violations done on purpose were seen')
        complete &= sabotaged[0] == sabotaged[1]
    if names:
        print('\nmishap')
        for name in dict.fromkeys(names):
            outcomes = sorted((outcome, count) for (case, outcome), count in cases.items() if case == name)
            pods_, missed = sum(count for _, count in outcomes), cases[(name, mishaps.MISSED)]
            print(f'  {name:36} {pods_:5} pods: ' + ', '.join(f'{outcome} {count}' for outcome, count in outcomes))
            if never_happened(pods_, missed):
                print(f'  {name:36} never happened to any of its pods')
                complete = False
    kills_done = sum(count for (_, phase), count in hits.items() if phase)
    if hits:
        print('\nthe kill hit')
        for phase in phases.ALL:
            by = {name: hits[(name, phase)] for name in KILLERS if hits[(name, phase)]}
            has_to = any(name in KILLERS and phase in KILLERS[name][2] for name, _ in hits)
            if by or has_to:
                print(f'  {phase:16} {sum(by.values()):6}   ' + ', '.join(f'{count} {name}' for name, count in by.items()))
            complete &= bool(by) or not has_to
        print(f'  {"(nothing)":16} {sum(hits[(name, None)] for name in KILLERS):6}   pods that were ended with SIGTERM, or before the kill came')
        print('\nand was set off by\n  ' + ', '.join(f'{moment} {count}' for moment, count in moments.most_common()))
    print()
    if found[ledger.UNEXPECTED]:
        print(f'{found[ledger.UNEXPECTED]} unexpected: see above')
    print(f'{kills_done} kills: ' + ', '.join(f'{found[kind]} {kind}' for kind in ledger.KINDS), flush=True)
    return 0 if complete and not found else 1


main()
