#!/usr/bin/env python3
"""store.py [--where DIR]: measures how the image directory scales.

It restores beside 10, 100 and 1,000 generations (the most that keep allows) and, by turns, beside one. It takes 1,000, 10,000
and 100,000 additional files along, and compares with `cp -a` and `sync -f` of the same. The cost of each generation or file
should stay the same or fall. That of saving a file rises from 10,000 to 100,000: 0.3 s became 4.0."""
import argparse, json, os, re, shutil, statistics, subprocess, sys, time

import pods

SHELL = ['sh', '-c', 'while :; do sleep 0.1; done']
COMMITTED, RESTORED = 'crik info: checkpoint committed', 'crik info: restored'
PAIRS = 9


class Place:
    """An image directory, and the pods that use it."""

    def __init__(self, where, name='files'):
        self.work = os.path.join(where, f'store-{os.getpid()}-{name}')
        self.images, self.number = self.work + '/images', 0
        os.makedirs(self.images)
        os.chmod(self.work, 0o755)
        self.rootfs = subprocess.check_output([pods.ROOT + '/tests/lab/rootfs.sh'], text=True).strip()

    def pod(self, until, *options, end='TERM'):
        """Runs a pod until its log has that text, and ends it with that signal.

        Returns the seconds until then, and the log."""
        self.number += 1
        name, log = f'{os.path.basename(self.work)}-{self.number}', f'{self.work}/log'
        with open(log, 'w') as errors:
            began = time.monotonic()
            runner = subprocess.Popen([*pods.POD, 'run', name, '--rootfs', self.rootfs, '--image-dir', self.images, '--env', 'CRIK_KEEP=1000', *options, '--',
                                       'crik', 'run', '--image-dir', '/checkpoint', '--', *SHELL], stderr=errors, stdin=subprocess.DEVNULL)
            while until not in open(log).read():
                if runner.poll() is not None or time.monotonic() - began > pods.LIMIT:
                    sys.exit(f'never: {until}\n{open(log).read()}')
                time.sleep(0.005)
            seconds = time.monotonic() - began
            time.sleep(0.3)
            subprocess.check_call([*pods.POD, 'kill', name, end])
            runner.wait(pods.LIMIT)
        return seconds, open(log).read()

    def multiply(self, count):
        """Makes so many generations, all like the first, by links to its images."""
        checkpoints = self.images + '/checkpoints'
        with open(checkpoints + '/1/manifest.json') as file:
            manifest = json.load(file)
        for number in range(1 + len(os.listdir(checkpoints)), count + 1):
            shutil.copytree(checkpoints + '/1', f'{checkpoints}/{number}', copy_function=os.link)
            os.remove(f'{checkpoints}/{number}/manifest.json')
            with open(f'{checkpoints}/{number}/manifest.json', 'w') as file:
                json.dump(manifest | {'generation': number}, file)

    def remove(self):
        shutil.rmtree(self.work, ignore_errors=True)


def generations(where):
    """Measures the seconds from the start of a pod to its restore beside one generation, and how much longer it takes beside many.

    The lock, the sweep, the list of generations and the decision count too; they come before crik's own clock of a restore.
    The pods end by SIGKILL, so that no generation comes or goes."""
    one, many = places = Place(where, 'one'), Place(where, 'many')
    try:
        for place in places:
            place.pod('starting afresh')
        for count in (10, 100, 1000):
            many.multiply(count)
            newest, alone, longer = {one: 1, many: count}, [], []
            for number in range(PAIRS):
                seconds = {place: place.pod(f'{RESTORED} event=Restored generation={newest[place]} ', end='KILL')[0]
                           for place in (places if number % 2 == 0 else places[::-1])}
                alone.append(seconds[one])
                longer.append(seconds[many] - seconds[one])
            yield count, alone, longer
    finally:
        for place in places:
            place.remove()


def milliseconds(samples):
    low, middle, high = (f'{1000 * value:.0f}' for value in statistics.quantiles(samples, n=4))
    return f'{middle} ms ({low}–{high})'


def files(where):
    """Measures the seconds for the checkpoint and the restore of so many files of 1 KiB, and for cp and sync."""
    for count in (1000, 10_000, 100_000):
        place = Place(where)
        try:
            data = place.work + '/data'
            for number in range(count):
                if number % 1000 == 0:
                    os.makedirs(f'{data}/{number // 1000}')
                with open(f'{data}/{number // 1000}/{number}', 'wb') as file:
                    file.write(number.to_bytes(4, 'little') * 256)
            subprocess.check_call(['chmod', '-R', 'a+rwX', data])
            options = ['--mount', f'{data}:/data', '--env', 'CRIK_ADDITIONAL_PATHS=/data', '--env', 'CRIK_GRACE_PERIOD=600s']
            subprocess.check_call(['sync', '-f', place.work])
            began = time.monotonic()
            subprocess.check_call(['cp', '-a', data, place.work + '/copy'])
            subprocess.check_call(['sync', '-f', place.work])
            copied = time.monotonic() - began
            _, log = place.pod('starting afresh', *options)
            taken = int(re.search(COMMITTED + r'.* ms=(\d+)', log).group(1)) / 1000
            for entry in os.listdir(data):
                shutil.rmtree(f'{data}/{entry}')
            back, _ = place.pod(RESTORED, *options)
            if sum(len(names) for _, _, names in os.walk(data)) != count:
                sys.exit('files are missing after the restore')
            yield count, taken, back, copied
        finally:
            place.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--where', default=os.path.join(pods.ROOT, 'artifacts'), help='where images go')
    a = parser.parse_args()
    print(f'medians of {PAIRS} pairs by turns, quartiles in brackets\n')
    print('| generations | start of the pod to restored, beside one | beside so many: longer by |\n| --- | --- | --- |')
    for count, alone, longer in generations(a.where):
        print(f'| {count:,} | {milliseconds(alone)} | {milliseconds(longer)} |', flush=True)
    print('\n| additional files | checkpoint | start of the pod to restored, none of them there | `cp -a` and `sync -f` |\n| --- | --- | --- | --- |')
    for count, taken, back, copied in files(a.where):
        print(f'| {count:,} | {taken:.2f} s | {back:.2f} s | {copied:.2f} s |', flush=True)


if __name__ == '__main__':
    main()
