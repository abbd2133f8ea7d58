#!/usr/bin/env python3
"""restores.py [--count N] [--level basic|full|nonroot] [--method fork|forkserver|spawn]: many restores of processes that wait for each other.

Python workers count together with a queue, a lock and a pool. Each pod is restored from the checkpoint of the one before. If a wake-up were
lost in a checkpoint or a restore, the workers would wait for ever. Exits with 1 when a pod does not count on from where the last one ended,
or takes longer than --patience seconds for three more."""
import argparse, os, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
POD = [sys.executable, HERE + '/pod.py']


class Run:
    """A pod that counts. The numbers that it printed are in `counted`, and crik's log is in `log`."""

    def __init__(self, name, options, images, method):
        self.name, self.counted, self.log, self.more = name, [], '', threading.Condition()
        self.process = subprocess.Popen(
            [*POD, 'run', name, *options, '--image-dir', images, '--env', 'CRIK_GRACE_PERIOD=60s', '--',
             'crik', '--debug', 'run', '--image-dir', '/checkpoint', '--', 'python3', '/programs/multiprocess.py', method],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.readers = [threading.Thread(target=read) for read in (self.read_output, self.read_log)]
        for reader in self.readers:
            reader.start()

    def read_output(self):
        for line in self.process.stdout:
            with self.more:
                self.counted.append(int(line.split()[1]))
                self.more.notify()

    def read_log(self):
        for line in self.process.stderr:
            self.log += line

    def counts(self, number, patience):
        with self.more:
            return self.more.wait_for(lambda: len(self.counted) >= number, patience)

    def end(self, signal):
        subprocess.run([*POD, 'kill', self.name, signal], check=signal == 'TERM', stderr=subprocess.DEVNULL)
        code = self.process.wait(120)
        for reader in self.readers:
            reader.join()
        return code

    def tasks(self):
        return subprocess.run([*POD, 'exec', self.name, '--', 'ps', '-eLo', 'pid,ppid,tid,stat,wchan:24,comm'], capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--level', default='basic')
    parser.add_argument('--method', default='fork')
    parser.add_argument('--patience', type=float, default=30)
    parser.add_argument('--crik', default=HERE + '/../../artifacts/crik')
    a = parser.parse_args()
    options = ['--crik', a.crik, '--level', a.level]
    last, slowest = 0, 0
    with tempfile.TemporaryDirectory(prefix='crik-restores-') as images:
        for number in range(a.count + 1):  # the first pod starts afresh
            pod = Run(f'restores-{os.getpid()}-{number}', options, images, a.method)
            begin = time.monotonic()
            went_on = pod.counts(3, a.patience)
            slowest = max(slowest, time.monotonic() - begin)
            state = '' if went_on else pod.tasks()
            code = pod.end('TERM' if went_on else 'KILL')
            if not went_on or code != 143 or pod.counted[0] != last + 1:
                sys.exit(f'{pod.log}{state}\nrestore {number}: after {last} came {pod.counted[:3]}, exit code {code}')
            last = pod.counted[-1]
    print(f'{a.count} restores at the level {a.level} ({a.method}), {a.count} went on; the slowest counted on {slowest:.1f} s after its pod was started')


main()
