"""What the programs of the matrix use: pods, one after the other, and a client in its own container."""
import atexit, hashlib, os, re, shutil, subprocess, tempfile, time
from example import Example

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.dirname(HERE)
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'crik-lab')
POD = os.path.join(LAB, 'pod.py')
NETWORK = f'crik-matrix-{os.getpid()}'
PATIENCE = 120


class Failed(Exception):
    """The program did not survive; the message says why."""


class Program:
    """
    One program of the matrix. To add one, write a subclass in a file in programs/, and a manifest of the same name in
    examples/programs/, which says what crik runs and how. /app contains what build() made, or else inside/.
    """
    title = ''              # its name in the table
    state = ''              # what the client checks after each restore
    root = 'programs'       # the root file system of its pods and its client, as rootfs.sh calls it
    heavy = False           # needs minutes or a large download: CI leaves it out
    cycles = 0              # how many cycles there will be
    cannot = ''             # a part of crik's message, if it is known that the program does not survive; the message must appear

    def __init__(self):
        self.example = Example(self.name)

    def build(self, lab):
        """Builds what the image needs besides Debian's packages. Returns a directory that is mounted at /app, or None."""

    def fill(self, pod):
        """Gives the program its state, with a real client."""

    def before(self, pod):
        """Is called right before a checkpoint, and starts work that is still going on when it is made."""

    def saved(self, pod):
        """Is called when the pod has ended with a checkpoint. Its whole output can be read."""

    def check(self, pod):
        """Is called right after a restore in another container. Raises Failed if anything is not as it was before."""

    @property
    def name(self):
        return type(self).__module__.rsplit('.', 1)[-1]


def expect(condition, what):
    if not condition:
        raise Failed(what)


def until(ready, what, seconds=PATIENCE, gone=lambda: None):
    """Waits until ready() returns something, and returns it. A Failed or an empty answer means: not yet."""
    deadline, last = time.monotonic() + seconds, None
    while True:
        try:
            answer = ready()
            if answer:
                return answer
        except Failed as failure:
            last = failure
        why = gone()
        if why or time.monotonic() > deadline:
            raise Failed(why or f'waited {seconds} s for this in vain: {what}' + (f' ({last})' if last else ''))
        time.sleep(0.03)


class Container:
    """A container that pod.py runs. Its output goes to files. Its input is a pipe, if it has input."""

    def __init__(self, name, address, options, command, directory, has_input=False):
        self.name, self.address = name, address
        self.paths = {stream: os.path.join(directory, f'{name}.{stream}') for stream in ('out', 'err')}
        line = [POD, 'run', name, '--network', f'{NETWORK}:{address}/16', *options, '--', *command]
        with open(self.paths['out'], 'wb') as out, open(self.paths['err'], 'wb') as err:
            self.process = subprocess.Popen(line, stdin=subprocess.PIPE if has_input else subprocess.DEVNULL, stdout=out, stderr=err)

    def read(self, stream):
        with open(self.paths[stream], errors='replace') as file:
            return file.read()

    @property
    def output(self):
        return self.read('out').splitlines()

    @property
    def log(self):
        return self.read('err').splitlines()

    @property
    def ended(self):
        return self.process.poll() is not None

    def until(self, ready, what, seconds=PATIENCE):
        return until(ready, what, seconds, lambda: f'{self.name} ended with {self.process.returncode}: {self.last_words()}' if self.ended else None)

    def last_words(self):
        return ' / '.join(line for line in self.log if 'crik error' in line or 'crik warning: criu' in line) or ' / '.join(self.log[-3:])

    def say(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def signal(self, name):
        subprocess.run([POD, 'kill', self.name, name], check=True)

    def execute(self, *command, input=None, seconds=PATIENCE + 10):
        """Runs a command in the container and returns its output."""
        try:
            done = subprocess.run([POD, 'exec', self.name, '--', *command], input=input, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f'{command[0]} did not end within {seconds} s') from None
        if done.returncode != 0:
            raise Failed(f'{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}')
        return done.stdout

    def start(self, *command):
        """Starts a command in the container and does not wait for it."""
        return subprocess.Popen([POD, 'exec', self.name, '--', *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait(self, seconds=PATIENCE):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f'{self.name} did not end within {seconds} s') from None

    def end(self):
        if not self.ended:
            subprocess.run([POD, 'kill', self.name, 'KILL'], stderr=subprocess.DEVNULL)
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


class Pod(Container):
    """The container number N of a program, and the client that talks to it."""

    def __init__(self, lab, program, number, directory, application):
        self.lab, self.program, self.number, self.directory = lab, program, number, directory  # with a directory for each volume
        example = program.example
        options = ['--rootfs', lab.root(program.root), '--level', 'none', '--mount', f'{application or HERE + "/inside"}:/app:ro']
        for option, values in (('--mount', example.volumes(directory)), ('--capability', example.capabilities),
                               ('--env', (f'{key}={value}' for key, value in example.environment.items()))):
            options += [word for value in values for word in (option, value)]
        super().__init__(f'{program.name}-{os.getpid()}-{number}', lab.next_address(), options,
                         ['crik', '--debug', 'run', '--', *example.command], directory, example.has_input)

    @property
    def client(self):
        return self.lab.client(self.program.root)

    def ask(self, *command, input=None, seconds=PATIENCE + 10):
        """Runs a client in the client's container. ADDRESS in the command stands for the address of the pod."""
        return self.client.execute(*[word.replace('ADDRESS', self.address) for word in command], input=input, seconds=seconds)

    def get(self, path, port=8080):
        return self.ask('curl', '-sS', '--fail', '--max-time', f'{PATIENCE}', f'http://ADDRESS:{port}{path}')

    def checkpoint(self):
        """Sends SIGTERM. Returns how many milliseconds the checkpoint took, according to crik."""
        self.signal('TERM')
        code = self.wait(self.program.example.grace_period)  # as long as a kubelet would wait
        committed = [line for line in self.log if 'checkpoint committed' in line]
        expect(code == 143 and committed, f'no checkpoint: {self.last_words()}')
        return number_in(committed, 'ms')

    def await_restore(self):
        restored = self.until(lambda: [line for line in self.log if 'crik info: restored' in line or 'crik info: starting afresh' in line
                                       or 'starting afresh' in line], 'a message about the restore', 150)
        expect('crik info: restored' in restored[0], f'not restored: {self.last_words()}')
        return number_in(restored, 'ms')


def number_in(lines, key):
    found = re.search(rf'\b{key}=(\d+)', ' '.join(lines))
    return int(found.group(1)) if found else None


class Lab:
    """The network of the pods, the containers of the clients, and the programs that are built once."""

    def __init__(self, criu):
        self._criu, self._roots, self._clients = criu, {}, {}
        self.directory = tempfile.mkdtemp(prefix='crik-matrix-')
        os.chmod(self.directory, 0o755)
        self._addresses = 1
        atexit.register(self.close)
        subprocess.run(['ip', 'netns', 'delete', NETWORK], stderr=subprocess.DEVNULL)  # left by a run that was killed and had this process number
        for command in (['netns', 'add', NETWORK], ['-n', NETWORK, 'link', 'add', 'pods', 'type', 'bridge'], ['-n', NETWORK, 'link', 'set', 'pods', 'up']):
            subprocess.run(['ip', *command], check=True)

    def root(self, name):
        """A root file system with the wanted criu. The first time it is made."""
        if name not in self._roots:
            suite = name if self._criu == 'experimental' else f'{name}-{self._criu}'
            self._roots[name] = subprocess.check_output([os.path.join(LAB, 'rootfs.sh'), suite], text=True).strip()
        return self._roots[name]

    def client(self, root):
        """The container in which the clients of all programs with this root file system run."""
        if root not in self._clients:
            self._clients[root] = self.container(f'client-{root}', root, 'sleep', 'infinity')
            self._clients[root].until(lambda: self._clients[root].execute('true') == '', 'the client')
        return self._clients[root]

    def container(self, name, root, *command):
        """A container without crik, with inside/ at /matrix."""
        options = ['--rootfs', self.root(root), '--level', 'none', '--mount', f'{HERE}/inside:/matrix:ro']
        return Container(f'{name}-{os.getpid()}', self.next_address(), options, command, self.directory)

    def next_address(self):
        self._addresses += 1
        return f'10.88.{self._addresses // 250}.{self._addresses % 250 + 1}'

    def built(self, name, sources, *command, root='programs'):
        """A directory with what a command built from these files of inside/. It runs in a container with /source and /out."""
        return self._once(name, sources, command, root, lambda new: [
            POD, 'run', f'build-{name}-{os.getpid()}', '--rootfs', self.root(root), '--level', 'none', '--mount', f'{HERE}/inside:/source:ro',
            '--mount', f'{new}:/out', '--', *command])

    def built_here(self, name, sources, *command):
        """The same, but the command runs on this machine, in a copy of the files. OUT stands for the directory."""
        source = tempfile.mkdtemp(dir=self.directory)
        for path in sources:
            shutil.copy(os.path.join(HERE, 'inside', path), source)
        return self._once(name, sources, command, 'programs', lambda new: ['env', '-C', source, *[word.replace('OUT', new) for word in command]])

    def _once(self, name, sources, command, root, line):
        digest = hashlib.sha256(' '.join(command).encode() + self.root(root).encode())
        for source in sorted(sources):
            with open(os.path.join(HERE, 'inside', source), 'rb') as file:
                digest.update(file.read())
        target = os.path.join(CACHE, 'matrix', f'{name}-{digest.hexdigest()[:16]}')
        if not os.path.exists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            new = tempfile.mkdtemp(prefix='.new-', dir=os.path.dirname(target))
            os.chmod(new, 0o755)
            done = subprocess.run(line(new), stdin=subprocess.DEVNULL, capture_output=True, text=True)
            expect(done.returncode == 0, f'{name} could not be built: {(done.stdout + done.stderr)[-2000:]}')
            os.rename(new, target)
        return target

    def close(self):
        for client in self._clients.values():
            client.end()
        subprocess.run(['ip', 'netns', 'delete', NETWORK], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.directory, ignore_errors=True)
