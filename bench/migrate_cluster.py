"""migrate_cluster.py: the lab's cluster for migrate.py: commands, the changes of pods as they come, and the client."""
import json, os, re, subprocess, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAB = os.path.join(ROOT, 'tests/lab')
CLUSTER = os.path.join(LAB, 'kubernetes/cluster.sh')
SPACE = 'bench-migrate'
PATIENCE = 600


def run(*command, text=None):
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f'bench: {" ".join(command)} failed:\n{result.stdout}{result.stderr}')
    return result.stdout


def kubectl(*arguments, text=None):
    return run(CLUSTER, 'kubectl', '--namespace', SPACE, *arguments, text=text)


def until(ready, what):
    """Waits until a function returns something, and returns that."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(0.02)
    raise SystemExit(f'bench: this did not happen within {PATIENCE} s: {what}')


class Pods:
    """The changes of all pods of the namespace, with the time at which each of them came."""

    def __init__(self):
        self.changes = []
        self.process = subprocess.Popen([CLUSTER, 'kubectl', '--namespace', SPACE, 'get', 'pods', '--watch', '--output-watch-events', '-o', 'json'],
                                        stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        decoder, text = json.JSONDecoder(), ''
        while part := os.read(self.process.stdout.fileno(), 1 << 16).decode():
            now, text = time.time(), text + part
            while text.strip():
                try:
                    change, end = decoder.raw_decode(text.lstrip())
                except json.JSONDecodeError:
                    break
                text = text.lstrip()[end:]
                self.changes.append((now, change['type'], change['object']))

    def now(self, app):
        """Returns the newest pod of an app that exists, or None."""
        pods = {}
        for _, kind, pod in list(self.changes):
            if pod['metadata']['labels'].get('app') == app:
                pods.pop(pod['metadata']['uid'], None)
                if kind != 'DELETED':
                    pods[pod['metadata']['uid']] = pod
        return list(pods.values())[-1] if pods else None

    def first(self, uid, so=lambda kind, pod: True):
        """Returns when a pod was first seen like that, or None."""
        return next((when for when, kind, pod in list(self.changes) if pod['metadata']['uid'] == uid and so(kind, pod)), None)

    def end(self):
        self.process.kill()
        self.process.wait()


class Client:
    """Asks servers from node-1, and keeps the first answer of each after a silence."""

    def __init__(self):
        command = [CLUSTER, 'node-network', '1', 'python3', os.path.join(ROOT, 'bench/migrate_client.py')]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers = []
        threading.Thread(target=lambda: self.answers.extend(line.split() for line in self.process.stdout), daemon=True).start()

    def ask(self, address):
        self.process.stdin.write(f'{address}\n')
        self.process.stdin.flush()

    def forget(self, address):
        self.ask(f'- {address}')

    def first(self, address, since):
        """Returns the time, the word and the seconds of the first answer of an address, or None."""
        return next(((float(when), word, float(seconds)) for when, where, word, seconds in list(self.answers)
                     if where == address and float(when) > since), None)

    def sum(self, address):
        """Returns the sum of all memory of a server."""
        code = f'import socket; c = socket.create_connection(("{address}", 8080)); c.sendall(b"sum"); print(c.recv(100).decode())'
        return run(CLUSTER, 'node-network', '1', 'python3', '-c', code).split()

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


def event(log, name):
    """Returns the time of the first line with an event in the log of crik, in seconds."""
    found = re.search(rf'^(\S+)Z crik \w+: .* event={name}\b', log, re.MULTILINE)
    if not found:
        raise SystemExit(f'bench: crik has not logged {name}:\n{log}')
    date, _, fraction = found[1].partition('.')
    return time.mktime(time.strptime(date, '%Y-%m-%dT%H:%M:%S')) - time.timezone + float('0.' + fraction)
