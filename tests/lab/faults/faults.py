#!/usr/bin/env python3
"""faults.py: see --help."""
import argparse, collections, multiprocessing, os, queue, random, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kills, ledger, phases, pods  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def be_quick():
    """What is waited for with a short deadline must be seen at once; the pods are not to have that."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        pass


def work(name, rootfs, work_dir, seed, steps, until, wanted, results, so_far):
    pods.adopt_orphans()
    worker = kills.Worker(name, rootfs, work_dir, work_dir, seed, steps)
    be_quick()
    try:
        worker.run(lambda: time.monotonic() < until and (not wanted or so_far.value < wanted), lambda this, findings: results.put((name, this, findings)))
    except Exception as problem:
        results.put((name, None, [('unexpected', f'{type(problem).__name__}: {problem}')]))
        raise
    finally:
        worker.remove()
        results.put((name, None, []))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--minutes', type=float, default=10)
    parser.add_argument('--count', type=int, default=0)
    parser.add_argument('--seed', type=int)
    parser.add_argument('--workers', type=int, default=3)
    a = parser.parse_args()
    seed = a.seed if a.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    rootfs = subprocess.check_output([pods.LAB + '/rootfs.sh'], text=True).strip()
    work_dir = tempfile.mkdtemp(prefix='crik-faults-', dir='/dev/shm')
    results, so_far = multiprocessing.Queue(), multiprocessing.Value('i', 0)
    subprocess.check_call([HERE + '/build.sh', work_dir])
    until = time.monotonic() + a.minutes * 60
    workers = [multiprocessing.Process(target=work, args=(f'faults-{os.getpid()}-{i}', rootfs, work_dir, seed * 100 + i, i % 2 == 1,
                                                          until, a.count, results, so_far)) for i in range(a.workers)]
    for worker in workers:
        worker.start()
    hits, moments, found, missed = collections.Counter(), collections.Counter(), collections.Counter(), 0
    try:
        while any(worker.is_alive() for worker in workers) or not results.empty():
            try:
                name, this, findings = results.get(timeout=0.2)
            except queue.Empty:
                continue
            if this and this.phase:
                hits[this.phase] += 1
                moments[this.moment] += 1
                so_far.value += 1
            elif this:
                missed += 1
            for kind, what in findings:
                found[kind] += 1
                print(f'{kind}: {what}', flush=True)
    finally:
        for worker in workers:
            worker.join()
        shutil.rmtree(work_dir)
    print(moments)
    for phase in phases.PHASES:
        print(f'{phase:16} {hits[phase]:6}')
    print(f'{"(not killed)":16} {missed:6}')
    print(f'{sum(hits.values())} kills: ' + ', '.join(f'{found[kind]} {kind}' for kind in ledger.KINDS))
    sys.exit(1 if found or not hits else 0)


main()
