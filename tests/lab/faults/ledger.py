"""Judges what the pods of one image directory show. It does not believe crik's log: it reads what the witness wrote, and what is
in the directory when a pod is dead.

A witness that was frozen has said its last turn, so a checkpoint's turn is the last one said before it was committed, and the
next pod has to go on with the turn after it. A checkpoint that leaves the program running is made after it was asked for, and
the next pod may not go back behind what was said by then."""
import json, os, time

LOST, PARTIAL, BACKWARDS, DOUBLED = 'lost', 'partial restored', 'backwards', 'doubled'
KINDS = (LOST, PARTIAL, BACKWARDS, DOUBLED)
NEITHER = 'neither SIGTERM nor checkpoint'   # of the mishaps in deadline.py
UNEXPECTED = 'unexpected'   # everything else that must not happen


class Ledger:
    def __init__(self, image_dir, relay, keep=2):
        self.image_dir, self.relay, self.keep = image_dir, relay, keep
        self.findings = []          # (kind, what)
        self.committed = []         # generations, oldest first
        self.saved = None           # (life, turn) of the newest committed checkpoint
        self._before = None         # the one before it
        self._least = 0             # the least turn it can hold; less than saved says when the program went on after it was saved
        self._asked = []            # (newest generation, last turn) at each time a checkpoint was asked for that leaves the program running
        self.last = {}              # host name: the last (life, turn) that it said, in the order of their first words
        self.alive = set()          # host names of pods that were started and not looked at since
        self._turns = {}            # host name: how many turns it said
        self._told = {}             # host name: when the program got its SIGTERM
        self._unjudged = []         # first words of pods that began beside one that was not looked at yet
        self._speaker = None

    def pod_started(self, host):
        self.alive.add(host)

    def has_spoken(self, host):
        return host in self.last

    def turns_of(self, host):
        return self._turns.get(host, 0)

    def take_findings(self):
        taken, self.findings = self.findings, []
        return taken

    def listen(self):
        """Takes in what the pods said since."""
        for host, line in self.relay.take():
            life, turn, found, when = line.split(' ')
            self._take(life, int(turn), host, found)
            if found == 'TERM':
                self._told[host] = float(when)

    def told(self, host):
        """The time at which the program got its SIGTERM, in seconds since 1970; None when it got none."""
        return self._told.get(host)

    def _take(self, life, turn, host, found):
        if found not in ('whole', 'TERM'):
            self._found(PARTIAL, f'{host} finds its {found} damaged in turn {turn}')
        if host != self._speaker and host in self.last:
            self._found(DOUBLED, f'{host} speaks beside {self._speaker}, turn {turn}')
        elif found == 'TERM':
            return
        elif host == self._speaker and turn != self.last[host][1] + 1:
            self._found(DOUBLED, f'{host} says turn {turn} after {self.last[host][1]}')
        elif host != self._speaker and self.alive - {host}:
            self._unjudged.append((life, turn, host))
        elif host != self._speaker:
            self._judge_first(life, turn, host)
        self._speaker = host
        self._turns[host] = self._turns.get(host, 0) + 1
        self.last[host] = (life, turn)

    def _judge_first(self, life, turn, host):
        if self.saved is None:
            if turn != 1:
                self._found(PARTIAL, f'{host} begins with turn {turn} where nothing was committed')
        elif life != self.saved[0]:
            self._found(LOST, f'{host} starts afresh, and turn {self.saved[1]} was committed')
        elif self._least < turn <= self.saved[1] + 1:
            self.saved, self._least = (life, turn - 1), turn - 1  # where it was saved: from now on that counts
        else:
            at_least = f'{self._least} to ' if self._least < self.saved[1] else ''
            self._found(BACKWARDS, f'{host} goes on with turn {turn}, and turn {at_least}{self.saved[1]} was committed')

    def ran_on(self):
        """Call when the program went on after the newest checkpoint, because the volume failed and crik could not take it back.

        The next pod may miss what the program did in this pod since, and must not go back behind that."""
        self._least = (self._before[1] if self._before else 0) + 1

    def ask(self, host):
        """Call before asking for a checkpoint that leaves the program running.

        The one before is made, or never will be."""
        self.listen()
        self._asked.append((self.newest(), self.last[host][1]))

    def newest(self):
        """The newest generation that is there now; 0 when there is none."""
        return max(numbers(os.path.join(self.image_dir, 'checkpoints')), default=0)

    def pod_is_dead(self, host, ended_with_it=False):
        """Looks at what a pod left. Returns whether it committed a checkpoint. No other pod may make one meanwhile.

        ended_with_it: the program ended with the newest checkpoint, whatever was asked for before."""
        deadline = time.monotonic() + 60
        while self.relay.is_open_for(host) and time.monotonic() < deadline:
            time.sleep(0.001)
        self.listen()
        there = numbers(os.path.join(self.image_dir, 'checkpoints'))
        for generation in self.committed[-self.keep:]:
            newer = [n for n in there if n > generation]
            if generation not in there and len(newer) < self.keep:
                self._found(LOST, f'generation {generation} is gone; there are {there}')
        failed = [n for n in numbers(os.path.join(self.image_dir, 'failed')) if n in self.committed]
        if failed:
            self._found(LOST, f'{failed} were set aside as damaged')
        for generation in there:
            if generation not in self.committed and (problem := incomplete(os.path.join(self.image_dir, 'checkpoints', str(generation)))):
                self._found(PARTIAL, f'generation {generation} is not whole: {problem}')
        new = bool(there) and (not self.committed or there[-1] > self.committed[-1])
        if new:
            self._before, self.saved = self.saved, self.last.get(host)
            if self.saved is None:
                self._found(PARTIAL, f'{host} committed a checkpoint of a program that never ran')
            else:
                beside = [] if ended_with_it else [turn for newest, turn in self._asked if newest < there[-1]]
                self._least = beside[-1] if beside else self.saved[1]
        self._asked = []
        self.committed = there
        self.alive.discard(host)
        for first in self._unjudged:
            self._judge_first(*first)
        self._unjudged = []
        return new

    def _found(self, kind, what):
        self.findings.append((kind, what))


def numbers(directory):
    try:
        return sorted(int(name) for name in os.listdir(directory) if name.isdecimal())
    except FileNotFoundError:
        return []


def incomplete(checkpoint):
    """Returns why this is not a whole checkpoint, or None when sizes show no fault.

    crik and the witness check the contents."""
    try:
        with open(checkpoint + '/manifest.json') as file:
            manifest = json.load(file)
        for image in manifest['images']:
            size = os.stat(f'{checkpoint}/images/{image["name"]}').st_size
            if size != image['size']:
                return f'{image["name"]} has {size} bytes instead of {image["size"]}'
        return None if manifest['images'] else 'no images'
    except (OSError, ValueError, KeyError) as problem:
        return str(problem)
