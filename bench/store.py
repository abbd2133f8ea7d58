#!/usr/bin/env python3
"""store.py [--out DIR]: how the image directory scales.

Starts a restore beside 1, 10, 100 and 900 generations (1,000 is the most that keep allows), and takes 1,000, 10,000 and 100,000 additional files along, beside
`cp -a` and `sync -f` of the same. The cost of each generation or file should stay the same or fall."""
import argparse, json, os, re, shutil, subprocess, sys, time

import pods

SHELL = ['sh', '-c', 'while :; do sleep 0.1; done']
COMMITTED, RESTORED = 'crik info: checkpoint committed', 'crik info: restored'


class Place:
    """An image directory, and the pods on it."""

    def __init__(self, where):
        self.work = os.path.join(where, f'store-{os.getpid()}')
        self.images, self.number = self.work + '/images', 0
        os.makedirs(self.images)
        os.chmod(self.work, 0o755)
        self.rootfs = subprocess.check_output([pods.ROOT + '/tests/lab/rootfs.sh'], text=True).strip()

    def pod(self, until, *options):
        """Runs a pod until its log has that, and ends it with SIGTERM; returns the seconds until then, and the log."""
        self.number += 1
        name, log = f'store-{os.getpid()}-{self.number}', f'{self.work}/log'
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
            subprocess.check_call([*pods.POD, 'kill', name, 'TERM'])
            runner.wait(pods.LIMIT)
        return seconds, open(log).read()

    def multiply(self, count):
        """That many generations, all like the first, by links to its images."""
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
    """Milliseconds that a start with that many of them takes."""
    place = Place(where)
    try:
        place.pod('starting afresh')
        for count in (1, 10, 100, 900):
            place.multiply(count)
            times = []
            for _ in range(5):
                _, log = place.pod(RESTORED)
                times.append(int(re.search(r'restored.* ms=(\d+)', log).group(1)))
                for entry in os.listdir(place.images + '/checkpoints'):
                    if int(entry) > count:
                        shutil.rmtree(f'{place.images}/checkpoints/{entry}')
            yield count, sorted(times)[2]
    finally:
        place.remove()


def files(where):
    """Seconds for the checkpoint and the restore of that many files of 1 KiB, and of cp and sync."""
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
    print('| generations | start to restored |\n| --- | --- |')
    for count, milliseconds in generations(a.where):
        print(f'| {count:,} | {milliseconds} ms |', flush=True)
    print('\n| additional files | checkpoint | start of the pod to restored, none of them there | `cp -a` and `sync -f` |\n| --- | --- | --- | --- |')
    for count, taken, back, copied in files(a.where):
        print(f'| {count:,} | {taken:.2f} s | {back:.2f} s | {copied:.2f} s |', flush=True)


if __name__ == '__main__':
    main()
