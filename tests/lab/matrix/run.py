#!/usr/bin/env python3
"""run.py [--only NAME,NAME] [--light] [--cycles N] [--criu experimental|sid|trixie] [--keep]: tests which programs survive their
pods.

Each program runs under `crik run` as PID 1 of a container, as its manifest in examples/programs/ says. A client in another
container gives it state. Then, N times, the pod gets SIGTERM, and a new pod with another name, another address and new files
continues from the checkpoint. Each time the client checks that everything is as it was. Prints a table. The exit code is 0
if all programs survived, except those that are known not to."""
import argparse, importlib, os, pkgutil, shutil, signal, sys, time, traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Failed, Lab, Pod, Program, expect


def find_programs():
    import programs
    for module in pkgutil.iter_modules(programs.__path__):
        for kind in vars(importlib.import_module(f'programs.{module.name}')).values():
            if isinstance(kind, type) and issubclass(kind, Program) and kind is not Program:
                yield kind()


class Row:
    """The result of one program."""

    def __init__(self, program):
        self.program, self.cycles, self.failure, self.size, self.down, self.up = program, 0, '', 0, [], []

    def as_text(self):
        middle = lambda numbers: sorted(numbers)[len(numbers) // 2] if numbers else '-'
        return (f'{self.program.title:<34} {self.program.example.level:<5} {self.cycles:>6}  {self.size / 2**20:>6.0f}  {middle(self.down):>7} {middle(self.up):>7}  '
                + (self.failure and f'{"no" if self.known else "FAILED"}: {self.failure}' or '; '.join(['survives', *self.program.example.needs])))

    @property
    def known(self):
        return bool(self.program.cannot) and self.program.cannot in self.failure


def size_of(directory):
    return sum(os.stat(os.path.join(path, file)).st_blocks * 512 for path, _, files in os.walk(directory) for file in files)


def live(lab, program, cycles, keep):
    """Runs one program through its pods."""
    row, program.cycles = Row(program), cycles
    directory = os.path.join(lab.directory, program.name)
    os.makedirs(directory)
    pod = None
    try:
        application = program.build(lab)
        pod = Pod(lab, program, 0, directory, application)
        program.fill(pod)
        for cycle in range(1, cycles + 1):
            program.before(pod)
            row.down.append(pod.checkpoint() or 0)
            row.size = max(row.size, size_of(os.path.join(directory, 'checkpoints', 'checkpoints', str(cycle))))
            pod.end()
            program.saved(pod)
            pod = Pod(lab, program, cycle, directory, application)
            row.up.append(pod.await_restore() or 0)
            program.check(pod)
            row.cycles = cycle
            print(f'{program.name}: cycle {cycle} of {cycles}', file=sys.stderr)
        if program.cannot:
            row.failure = f'survived, although its test says that it cannot: {program.cannot}'
    except Failed as failure:
        row.failure = str(failure)
    except Exception:  # a fault in the test counts as a failure of this program, and the others still run
        row.failure = 'the test itself failed: ' + traceback.format_exc(limit=-2).strip().replace('\n', ' / ')
    finally:
        if pod:
            if row.failure:
                print('\n'.join([f'{program.name}: {row.failure}', *(f'  {line}' for line in pod.log[-30:] + pod.output[-5:])]), file=sys.stderr)
            pod.end()
        program.close() if hasattr(program, 'close') else None
        if keep or row.failure and not row.known and os.environ.get('CRIK_KEEP_FAILED'):
            shutil.copytree(directory, f'{directory.replace("crik-matrix", "crik-kept")}', symlinks=True)
            print(f'{program.name}: images and logs are kept in {directory.replace("crik-matrix", "crik-kept")}', file=sys.stderr)
        shutil.rmtree(directory, ignore_errors=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', default='', help='names of programs, separated by commas')
    parser.add_argument('--light', action='store_true', help='leave out the programs that need minutes or a large download')
    parser.add_argument('--cycles', type=int, default=5)
    parser.add_argument('--criu', choices=('experimental', 'sid', 'trixie'), default='experimental', help='criu 4.3, 4.2.1 or 4.1.1, from this suite of Debian')
    parser.add_argument('--keep', action='store_true', help='keep images and logs')
    a = parser.parse_args()
    everything = list(find_programs())
    wanted = [name for name in a.only.split(',') if name]
    unknown = set(wanted) - {program.name for program in everything}
    expect(not unknown, f'unknown program: {", ".join(unknown)}; the programs are {", ".join(program.name for program in everything)}')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('matrix: ended by SIGTERM'))  # so that atexit cleans up
    lab = Lab(a.criu)
    start = time.monotonic()
    rows = [live(lab, program, a.cycles, a.keep) for program in everything if (program.name in wanted if wanted else not (a.light and program.heavy))]
    print(f'\n{"program":<34} {"level":<5} {"cycles":>6}  {"MiB":>6}  {"save ms":>7} {"back ms":>7}  result')
    for row in rows:
        print(row.as_text())
    survived = sum(1 for row in rows if not row.failure)
    print(f'{survived} of {len(rows)} programs survived {a.cycles} cycles')
    print(f'({time.monotonic() - start:.0f} s)', file=sys.stderr)
    return 0 if all(not row.failure or row.known for row in rows) else 1


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f'matrix: {failure}')
