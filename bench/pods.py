"""Pods of the lab with a program of a wanted size, under crik, under criu alone or under tini, and the time that they take."""
import mmap, os, select, shutil, signal, struct, subprocess, sys, time

import proof

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
POD = [sys.executable, ROOT + '/tests/lab/pod.py']
TINI = '/usr/bin/tini'
BUNDLE = ROOT + '/artifacts/bundle'
LIMIT = 600  # seconds that anything may take
INITS = {'crik': ['crik', 'run', '--image-dir', '/checkpoint'], 'bundle': ['/opt/crik/bin/crik', 'run', '--image-dir', '/checkpoint'],
         'crik-plain': ['crik', 'run'], 'tini': ['/shared/tini']}

# What crik asks of criu, as options.
COMMON = '-v4 --file-locks --tcp-close --network-lock skip --manage-cgroups=ignore'
UNPRIVILEGED = {'basic': '--unprivileged', 'full': ''}


class Page:
    """The page that the program shares; see programs/load.c."""
    WORDS = {'started': 0, 'ready': 8, 'asked': 16, 'resumed': 24, 'root': 32, 'gap': 40}

    def __init__(self, path):
        with open(path, 'wb') as new:
            new.write(bytes(4096))
        with open(path, 'r+b') as file:
            self.memory = mmap.mmap(file.fileno(), 4096)

    def __getitem__(self, word):
        return struct.unpack_from('<Q', self.memory, self.WORDS[word])[0]

    def __setitem__(self, word, value):
        struct.pack_into('<Q', self.memory, self.WORDS[word], value)

    def wait(self, word, least, runner):
        deadline = time.monotonic() + LIMIT
        while self[word] < least:
            if runner.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f'the pod ended with {runner.poll()} before its program was there')
            time.sleep(0.002)


class Bench:
    """One program of one size and one way to checkpoint it. The images are in a new directory below `where`."""

    def __init__(self, case, tool, level, where, load, env=()):
        self.case, self.tool, self.level, self.env = case, tool, level, list(env)
        self.work = os.path.join(where, f'{tool}-{os.getpid()}')
        self.images = self.work + '/images'
        for directory in (self.images, self.work + '/shared/files'):
            os.makedirs(directory)
        os.chmod(self.work, 0o755)
        shutil.copy(load, self.work + '/shared/load')
        if tool == 'tini':
            shutil.copy(TINI, self.work + '/shared/tini')
        self.page = Page(self.work + '/shared/page')
        self.name = f'bench-{tool}-{os.getpid()}'

    def command(self, restore, lazily):
        load = '/shared/load {} /shared/page ' + f'{self.case.megabytes} {self.case.processes} {self.case.files} /shared/files ' \
            f'{self.case.threads} {self.case.mappings}'
        if self.tool in INITS:
            return [*INITS[self.tool], '--', *load.format('run').split()]
        options = f'{COMMON} {UNPRIVILEGED[self.level]} --images-dir /checkpoint'
        if restore:
            source, option = ('criu lazy-pages --daemon --images-dir /checkpoint --work-dir /checkpoint && ', '--lazy-pages') if lazily else ('', '')
            return ['sh', '-c', f'{source}criu restore {option} {options} --log-file restore.log --restore-detached || exit 1; while :; do sleep 100; done']
        dump = f'read pid </shared/pid; criu dump {options} --log-file dump.log --ghost-limit 500M --tree $pid'
        return ['sh', '-c', f"trap '{dump} && sync -f /checkpoint && exit 143; exit 1' TERM; "
                f"trap '{dump} --leave-running && sync -f /checkpoint && : >/shared/done' USR1; {load.format('above')} & while :; do wait; done"]

    def start(self, restore=False, lazily=False):
        """Starts the pod. Returns when its program is ready, or runs again, and then the seconds that the restore took.
        Lazily: before its pages are there."""
        for word in Page.WORDS:
            self.page[word] = 0
        self.page['asked'] = int(restore)
        log = open(f'{self.work}/{"restore" if restore else "start"}.err', 'wb')
        self.runner = subprocess.Popen(
            [*POD, 'run', self.name, '--level', self.level, '--image-dir', self.images, '--mount', self.work + '/shared:/shared',
             '--env', f'CRIK_LAZY_PAGES={"always" if lazily else "never"}', '--env', f'CRIK_GRACE_PERIOD={LIMIT}s',
             *(f'--env={variable}' for variable in self.env), *(('--bundle', BUNDLE) if self.tool == 'bundle' else ()), '--',
             '/shared/load', 'stamp', '/shared/page', *self.command(restore, lazily)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        log.close()
        if restore:
            self.page.wait('resumed', 1, self.runner)
        else:
            self.page.wait('ready', self.case.processes, self.runner)
            with open(self.work + '/shared/pid', 'w') as file:
                file.write(f'{self.page["root"]}\n')
        self.pid = int(subprocess.check_output([*POD, 'pid', self.name]))
        if restore:
            self.prove_restored()
        return (self.page['resumed'] - self.page['started']) / 1e9 if restore else None

    def prove_restored(self):
        """Checks that the restored program is all there, and still answers."""
        took = self.page['resumed']
        proof.is_restored(self.page, self.programs(), self.case)
        self.page['resumed'] = 0
        self.page['asked'] = 1
        self.page.wait('resumed', 1, self.runner)
        self.page['resumed'] = took

    def programs(self):
        """The directories in /proc of the program's processes. The pod's first process is the parent of them all."""
        found, parents = [], [f'/proc/{self.pid}']
        while parents:
            parent = parents.pop()
            with open(parent + '/comm') as name:
                if name.read().rstrip('\n') == 'load':
                    found.append(parent)
            for thread in os.listdir(parent + '/task'):
                with open(f'{parent}/task/{thread}/children') as children:
                    parents += [f'/proc/{pid}' for pid in children.read().split()]
        return found

    def prove_saved(self):
        """Checks that the checkpoint is whole."""
        try:
            (proof.saved_by_crik if self.tool in ('crik', 'bundle') else proof.saved_by_criu)(self.images, self.case)
        except proof.NotProven as problem:
            raise proof.NotProven(f'{problem}; {self.tool} logged: {self.last_trouble()}') from None

    def last_trouble(self):
        """The last warning or error of the pod's first process."""
        with open(self.work + '/start.err', errors='replace') as log:
            lines = [line.strip() for line in log]
        return next((line for line in reversed(lines) if 'warning' in line or 'rror' in line), 'nothing')

    def freeze(self):
        """Makes a checkpoint that leaves the program running.

        Returns the longest time the program stood still, in seconds."""
        os.sync()
        self.page['gap'] = 0
        if self.tool == 'crik':
            subprocess.check_call([*POD, 'exec', self.name, '--', 'crik', 'checkpoint', '--leave-running'], stdout=subprocess.DEVNULL)
        else:
            os.kill(self.pid, signal.SIGUSR1)
            deadline = time.monotonic() + LIMIT
            while not os.path.exists(self.work + '/shared/done'):
                if self.runner.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f'criu made no checkpoint, see {self.work}')
                time.sleep(0.005)
        self.prove_saved()
        return self.page['gap'] / 1e9

    def checkpoint(self):
        """Ends the pod with SIGTERM. Returns the seconds until its first process has gone, and the bytes on disk.

        A program that has no checkpoint dies of SIGTERM with the same exit code, so what is on the disk decides."""
        os.sync()  # older writes that are on their way to the disk do not count
        with os.fdopen(os.pidfd_open(self.pid)) as ended:
            before = time.monotonic()
            os.kill(self.pid, signal.SIGTERM)
            ready, _, _ = select.select([ended], [], [], LIMIT)
            seconds = time.monotonic() - before
        code = self.runner.wait(LIMIT) if ready else None
        if code != 143:
            raise RuntimeError(f'{self.tool} ended with {code} instead of 143, see {self.work}')
        self.prove_saved()
        return seconds, sum(os.stat(os.path.join(d, f)).st_blocks * 512 for d, _, files in os.walk(self.images) for f in files)

    def idle(self):
        """Returns what the pod's first process costs while its program runs."""
        with open(f'/proc/{self.pid}/status') as status:
            return {key: int(value.split()[0]) for key, _, value in (line.partition(':') for line in status)
                    if key in ('VmRSS', 'RssAnon', 'Threads')}

    def stop(self):
        if getattr(self, 'runner', None) and self.runner.poll() is None:
            subprocess.run([*POD, 'kill', self.name, 'KILL'], stderr=subprocess.DEVNULL)
            try:
                self.runner.wait(60)
            except subprocess.TimeoutExpired:
                self.runner.terminate()
                self.runner.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)
