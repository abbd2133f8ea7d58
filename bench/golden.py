#!/usr/bin/env python3
"""golden.py [--replicas N] [--rounds N] [--out DIR]: measures many replicas that start from one warmed-up checkpoint.

A server that is slow to start, on Node.js and on OpenJDK, is started cold, alone and N at once, and then restored from one
checkpoint in a directory that can only be read, alone and N at once. Measured from the start of the container (`runc run`) to the
first answer over HTTP. Every replica has to answer with its own host name and its own random numbers. Writes golden.md to --out."""
import argparse, os, shutil, statistics, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests/lab/matrix'))
import lab  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    def __init__(self, title, signal, command):
        self.title, self.signal, self.command = title, signal, command


SERVERS = [Server('Node.js', 'USR2', ['node', '/app/server.js']),
           Server('OpenJDK', 'URG', ['java', '-Xms128m', '-Xmx256m', '-cp', '/app', 'Warm'])]


class Replica(lab.Container):
    """One pod of a server, and the time at which it was begun."""

    def __init__(self, place, server, name, images):
        options = ['--rootfs', place.rootfs, '--level', 'basic', '--mount', f'{place.application}:/app:ro', '--mount', images,
                   '--env', 'CRIK_RESTORE_MODE=always', '--env', 'CRIK_RESTORED_FILE=/tmp/restored.json', '--env', f'CRIK_RESTORED_SIGNAL={server.signal}']
        self.began = time.monotonic_ns()
        super().__init__(name, place.next_address(), options, ['crik', 'run', '--image-dir', '/golden', '--', *server.command], place.directory)

    def answer(self):
        """Returns the seconds to the first answer, and who gave it."""
        line = self.until(lambda: next((line for line in self.output if line.startswith('ready ')), None), 'an answer', 300)
        _, when, name, number, documents = line.split()
        return (int(when) - self.began) / 1e9, name, number, documents


def together(place, server, label, images, count):
    """Starts so many at once. Returns their times, sorted, after a look at who answered."""
    replicas = []
    try:
        for number in range(count):
            path = images
            if images is None:  # a cold start: each has an empty directory of its own
                path = tempfile.mkdtemp(dir=place.directory)
            replicas.append(Replica(place, server, f'{label}-{os.getpid()}-{number}', f'{path}:/golden' + (':ro' if images else '')))
        answers = [replica.answer() for replica in replicas]
        restored = sum('crik info: restored' in replica.read('err') for replica in replicas)
        lab.expect(restored == (count if images else 0), f'{restored} of {count} were restored')
        lab.expect([name for _, name, _, _ in answers] == [replica.name for replica in replicas], 'a replica does not know its own name')
        lab.expect(len({number for _, _, number, _ in answers}) == count, 'replicas have the same random numbers')
        lab.expect(len({documents for _, _, _, documents in answers}) == 1, 'replicas do not have the same index')
        return sorted(seconds for seconds, _, _, _ in answers)
    finally:
        for replica in replicas:
            replica.end()


def warm_up(place, server):
    """Makes the golden checkpoint. Returns its directory."""
    images = tempfile.mkdtemp(dir=place.directory)
    pod = Replica(place, server, f'golden-{os.getpid()}-{server.title.lower().replace(".", "")}', f'{images}:/golden')
    try:
        pod.answer()
        pod.signal('TERM')
        lab.expect(pod.wait() == 143, f'no checkpoint: {pod.last_words()}')
        return images
    finally:
        pod.end()


def size_of(directory):
    return sum(os.stat(os.path.join(path, file)).st_blocks * 512 for path, _, files in os.walk(directory) for file in files)


def measure(place, server, replicas, rounds):
    images = warm_up(place, server)
    cold, warm = [], []
    for _ in range(rounds):  # by turns
        cold += together(place, server, 'cold', None, 1)
        warm += together(place, server, 'warm', images, 1)
    return size_of(images), statistics.median(cold), statistics.median(warm), together(place, server, 'cold', None, replicas), together(place, server, 'warm', images, replicas)


def table(rows, replicas):
    yield f'| server | checkpoint | | one alone | {replicas} at once: first | median | last |'
    yield '| --- | --- | --- | --- | --- | --- | --- |'
    for server, (size, cold, warm, colds, warms) in rows:
        for label, alone, all_ in (('cold', cold, colds), ('restored', warm, warms)):
            yield (f'| {server.title} | {size >> 20} MiB | {label} | {alone * 1000:,.0f} ms | {all_[0] * 1000:,.0f} ms '
                   f'| {statistics.median(all_) * 1000:,.0f} ms | {all_[-1] * 1000:,.0f} ms |')
        yield f'| | | cold ÷ restored | {cold / warm:.1f} | {colds[0] / warms[0]:.1f} | {statistics.median(colds) / statistics.median(warms):.1f} | {colds[-1] / warms[-1]:.1f} |'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--replicas', type=int, default=20)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--out', default=os.path.join(ROOT, 'artifacts/bench'))
    a = parser.parse_args()
    place = lab.Lab('programs')
    place.application = os.path.join(place.directory, 'app')
    os.mkdir(place.application)
    shutil.copy(HERE + '/programs/golden/server.js', place.application)
    source = HERE + '/programs/golden'
    compile_ = lab.Container(f'build-{os.getpid()}', place.next_address(), ['--rootfs', place.rootfs, '--level', 'none', '--mount', f'{source}:/source:ro',
                             '--mount', f'{place.application}:/app'], ['javac', '-nowarn', '-d', '/app', '/source/Warm.java'], place.directory)
    lab.expect(compile_.wait(120) == 0, compile_.last_words())
    rows = []
    for server in SERVERS:
        rows.append((server, measure(place, server, a.replicas, a.rounds)))
    text = '\n'.join(table(rows, a.replicas))
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, 'golden.md'), 'w') as file:
        file.write(text + '\n')
    print(text)
    print(f'every replica answered with a name and random numbers of its own; written to {os.path.relpath(a.out)}/golden.md')


if __name__ == '__main__':
    main()
