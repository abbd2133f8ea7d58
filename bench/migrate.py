#!/usr/bin/env python3
"""migrate.py [--sizes MIB,MIB] [--rounds N] [--out DIR]: measures how long a server is away while its pod moves to another node.

A server in a StatefulSet holds random bytes in memory, which nothing can make smaller. A client on node-1 asks it all the time, at the
address of its pod. By turns, a PodMigration moves the pod with all its memory (eager, with the two capabilities of the basic level),
another moves it so that memory is read while the program runs (lazy, at the full level), and a third server, without crik, is deleted
and starts afresh on the other node, where it fills its memory again. The downtime is from SIGTERM to the first answer from there. Each
server moves back and forth; its first move is not counted. At the end of each move, a sum of all memory shows that it is the same.
It uses the cluster of the lab if it runs, or starts and stops it. Writes migrate.md to --out."""
import argparse, os, re, statistics, subprocess, tempfile, time

from migrate_cluster import CLUSTER, LAB, ROOT, SPACE, Client, Pods, event, kubectl, run, until

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGE = 'localhost/bench-migrate:test'
STEPS = ['committed', 'old pod gone', 'next pod made', 'scheduled', 'crik runs', 'restored', 'first answer', 'ready']


def manifest(name, mib, mode):
    labels = f'app: {name}' + ('' if mode == 'fresh' else ', crik.dev/inject: "true"')
    annotations = 'crik.dev/node-state-server: none' + (', crik.dev/config.lazyPages: always' if mode == 'lazy' else '')
    security = 'securityContext: {capabilities: {add: [SYS_ADMIN, NET_ADMIN, SYS_TIME]}},' if mode == 'lazy' else ''
    return f'''
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{{labels}}}, annotations: {{{annotations}}}}}
    spec:
      terminationGracePeriodSeconds: 120
      containers:
      - {{name: server, image: {IMAGE}, imagePullPolicy: Never, {security} command: [/usr/bin/python3, /app/server.py, "{mib}"]}}'''


class Server:
    def __init__(self, pods, client, mib, mode):
        self.pods, self.client, self.mib, self.mode = pods, client, mib, mode
        self.name, self.moves, self.times, self.own = f'{mode}-{mib}', 0, [], []
        kubectl('apply', '-f', '-', text=manifest(self.name, mib, mode))
        self.pod = until(self.answering, f'{self.name} answers')
        self.word, self.sum = client.sum(self.pod['status']['podIP'])

    def answering(self, other_than='', since=0.0):
        pod = self.pods.now(self.name)
        if not pod or pod['metadata']['uid'] == other_than or not pod['status'].get('podIP'):
            return None
        self.client.ask(pod['status']['podIP'])
        return self.client.first(pod['status']['podIP'], since) and pod

    def move(self):
        """Moves the pod to the other node, and keeps how long each step took."""
        old, began = self.pod, time.time()
        uid, source = old['metadata']['uid'], old['spec']['nodeName']
        log = subprocess.Popen([CLUSTER, 'kubectl', '--namespace', SPACE, 'logs', '--follow', old['metadata']['name']], stdout=subprocess.PIPE, text=True)
        self.moves += 1
        if self.mode == 'fresh':
            kubectl('cordon', source)
            kubectl('delete', 'pod', old['metadata']['name'], '--wait=false')
        else:
            kubectl('apply', '-f', '-', text=f'{{apiVersion: crik.dev/v1alpha1, kind: PodMigration, metadata: {{name: {self.name}-{self.moves}}}, '
                    f'spec: {{pod: {old["metadata"]["name"]}}}}}')
        self.pod = until(lambda: self.answering(uid, began), f'{self.name} answers on the other node')
        self.client.forget(old['status']['podIP'])
        answered, word, filled = self.client.first(self.pod['status']['podIP'], began)
        times = self.steps(uid, log.communicate()[0], answered)
        if self.mode == 'fresh':
            kubectl('uncordon', source)
            self.own.append(filled)
        else:
            kubectl('wait', f'pmig/{self.name}-{self.moves}', '--for=condition=Ready', '--timeout=300s')
            if [word, self.client.sum(self.pod['status']['podIP'])] != [self.word, [self.word, self.sum]]:
                raise SystemExit(f'bench: {self.name} does not have the same memory on the other node')
        if self.pods.now(self.name)['spec']['nodeName'] == source:
            raise SystemExit(f'bench: {self.name} is on the same node as before')
        if self.moves > 1:
            self.times.append(times)

    def steps(self, old, log, answered):
        """Returns the seconds from SIGTERM to each step. Those of the API server are known when its watch tells them."""
        new = self.pod['metadata']['uid']
        fresh = self.mode == 'fresh'
        sigterm = float(re.search(r'^SIGTERM at (\S+)$', log, re.MULTILINE)[1]) if fresh else event(log, 'CheckpointBegins')
        next_log = '' if fresh else kubectl('logs', self.pod['metadata']['name'])
        times = {'first answer': answered,
                 'old pod gone': until(lambda: self.pods.first(old, lambda kind, pod: kind == 'DELETED'), 'the old pod is gone'),
                 'next pod made': self.pods.first(new),
                 'scheduled': self.pods.first(new, lambda kind, pod: pod['spec'].get('nodeName')),
                 'ready': until(lambda: self.pods.first(new, lambda kind, pod: any(one['type'] == 'Ready' and one['status'] == 'True'
                                for one in pod['status'].get('conditions', []))), 'the next pod is ready')}
        if not fresh:
            times |= {'committed': event(log, 'CheckpointCommitted'), 'crik runs': event(next_log, 'RestoreBegins'), 'restored': event(next_log, 'Restored')}
        return {step: when - sigterm for step, when in times.items()}

    def median(self, step):
        return statistics.median(times[step] for times in self.times)


def seconds(values):
    return f'{statistics.median(values):.2f} s ({min(values):.2f}–{max(values):.2f})'


def report(rows, rounds):
    """The tables, as Markdown."""
    yield f'Medians of {rounds} moves, and the shortest and longest.\n'
    yield '| memory | eager | lazy | fresh start | of which the program | eager ÷ fresh | lazy ÷ fresh |'
    yield '| --- | --- | --- | --- | --- | --- | --- |'
    for mib, servers in rows:
        all_ = {mode: [times['first answer'] for times in server.times] for mode, server in servers.items()}
        eager, lazy, fresh = (statistics.median(all_[mode]) for mode in ('eager', 'lazy', 'fresh'))
        yield (f'| {mib} MiB | {seconds(all_["eager"])} | {seconds(all_["lazy"])} | {seconds(all_["fresh"])} | '
               f'{statistics.median(servers["fresh"].own):.2f} s | {eager / fresh:.2f} | {lazy / fresh:.2f} |')
    yield '\nSeconds from SIGTERM to each step, medians.\n'
    yield f'| memory | | {" | ".join(STEPS)} |'
    yield '| --- ' * (len(STEPS) + 2) + '|'
    for mib, servers in rows:
        for mode, server in servers.items():
            yield f'| {mib} MiB | {mode} | ' + ' | '.join(f'{server.median(step):.2f}' if step in server.times[0] else '' for step in STEPS) + ' |'


def measure(sizes, rounds):
    rows, pods, client = [], Pods(), Client()
    try:
        for mib in sizes:
            servers = {mode: Server(pods, client, mib, mode) for mode in ('eager', 'lazy', 'fresh')}
            for _ in range(rounds + 1):
                for server in servers.values():
                    server.move()
            rows.append((mib, servers))
            for server in servers.values():
                kubectl('delete', 'statefulset', server.name)
                kubectl('delete', 'pvc', '--all', '--wait=false')
    finally:
        client.end()
        pods.end()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sizes', default='10,256,2048', help='in MiB')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--out', default=os.path.join(ROOT, 'artifacts/bench'))
    a = parser.parse_args()
    ours = subprocess.run([CLUSTER, 'status'], capture_output=True).returncode != 0
    try:
        run(CLUSTER, 'start')
        run(os.path.join(LAB, 'kubernetes/operator.sh'))
        with tempfile.TemporaryDirectory() as work:
            run('install', '-D', '-m644', os.path.join(HERE, 'programs/migrate/server.py'), f'{work}/layer/app/server.py')
            run('chmod', '755', f'{work}/layer', f'{work}/layer/app')
            run(os.path.join(LAB, 'kubernetes/make-image.sh'), IMAGE, run(os.path.join(LAB, 'rootfs.sh'), 'plain').strip() + f':{work}/layer', f'{work}/image.tar')
            run(CLUSTER, 'load', f'{work}/image.tar')
        run(CLUSTER, 'kubectl', 'create', 'namespace', SPACE)
        text = '\n'.join(report(measure([int(size) for size in a.sizes.split(',')], a.rounds), a.rounds))
    finally:
        if ours:
            run(CLUSTER, 'stop')
        else:
            run(CLUSTER, 'kubectl', 'uncordon', 'node-1', 'node-2')
            run(CLUSTER, 'kubectl', 'delete', 'namespace', SPACE, '--ignore-not-found')
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, 'migrate.md'), 'w') as file:
        file.write(text + '\n')
    print(text)


if __name__ == '__main__':
    main()
