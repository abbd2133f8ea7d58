"""Pods that cost little: the containers of pod.py, prepared once and started hundreds of times a minute.

They have everything that a pod of pod.py has except the loopback interface. Each start has a new writable layer and a host
name of its own. The caller is the subreaper, so it sees how each container ended."""
import ctypes, fcntl, glob, json, os, select, signal, struct, subprocess, sys, time

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, LAB)
import pod as lab  # noqa: E402

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 1 << 18
CRIK = os.environ.get('CRIK_BINARY') or os.path.join(LAB, '../../artifacts/crik')


class Disk:
    """A small ext4 mounted at a directory. A sync waits for nobody else's writes, and its power can be cut."""

    SHUTDOWN, WITHOUT_FLUSHING_THE_JOURNAL = 0x8004587D, 2   # EXT4_IOC_SHUTDOWN

    def __init__(self, file, mountpoint, size='200M'):
        self.file, self.mountpoint = file, mountpoint
        subprocess.check_call(['truncate', '-s', size, file])
        subprocess.check_call(['mkfs.ext4', '-q', '-F', '-m', '0', file])
        self._mount()
        os.rmdir(mountpoint + '/lost+found')

    def _mount(self):
        subprocess.check_call(['mount', '-o', 'loop', self.file, self.mountpoint])

    def cut(self):
        """Does what a loss of power does: what was not on the disk is gone. Nobody may have the file system open."""
        directory = os.open(self.mountpoint, os.O_RDONLY)
        fcntl.ioctl(directory, self.SHUTDOWN, struct.pack('I', self.WITHOUT_FLUSHING_THE_JOURNAL))
        os.close(directory)
        self._unmount()
        self._mount()

    def repair(self):
        """Repairs the file system after it turned read-only, as an operator would."""
        self._unmount()
        subprocess.run(['e2fsck', '-fy', self.file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._mount()

    def _unmount(self):
        """Waits until it is unmounted everywhere. A container that just starts has a copy of all mounts for a moment. Meanwhile a new mount
        would show the broken file system again instead of reading the disk."""
        deadline = time.monotonic() + 60
        while os.path.ismount(self.mountpoint) and subprocess.run(['umount', self.mountpoint], stderr=subprocess.DEVNULL).returncode or self._is_attached():
            if time.monotonic() > deadline:
                raise OSError(f'{self.mountpoint} is still in use')
            time.sleep(0.01)

    def _is_attached(self):
        for backing in glob.glob('/sys/block/loop*/loop/backing_file'):
            try:
                with open(backing) as file:
                    if file.read().rstrip('\n') == self.file:
                        return True
            except OSError:
                pass  # gone just now
        return False

    def remove(self):
        subprocess.run(['umount', '-l', self.mountpoint])


def keep_mounts_to_ourselves():
    """Takes a mount namespace.

    Nobody else gets a copy of what is mounted in it, and all of it is gone with the process."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b'none', b'/', None, MS_REC | MS_PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), 'cannot have a mount namespace')


def adopt_orphans():
    """Makes this process the parent of the containers that runc detaches."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError('cannot become the subreaper')


def end_with_the_parent():
    """Lets this process get SIGTERM when its parent ends, so that it cleans up."""
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError('cannot ask for a signal at the end of the parent')


def children_of(pid):
    """The children of all threads of a process; none when it has ended."""
    found = []
    for name in glob.glob(f'/proc/{pid}/task/*/children'):
        try:
            with open(name) as file:
                found += map(int, file.read().split())
        except OSError:
            pass  # the thread ended
    return found


class Slot:
    """One bundle, in which pods run one after the other."""

    def __init__(self, name, rootfs, image_dir, command, level='basic', mounts=(), env=(), tmpfs=(), wrapper=()):
        self.name = name
        self.rootfs = rootfs
        self.wrapper = list(wrapper)
        repeated = [f'--{option}={value}' for option, values in (('mount', mounts), ('tmpfs', tmpfs), ('env', env)) for value in values]
        repeated.append('--env=CRIK_WHEN_PROGRAM_CHANGED=restore')  # a mishap may need variables
        repeated.append('--env=CRIK_SETTLE_TIME=0s')  # the pods have one UID, and each is ended soon
        self.bundle = lab.prepare(lab.parse(
            ['run', name, '--rootfs', rootfs, '--crik', CRIK, '--level', level, '--image-dir', image_dir, *repeated, '--', *command]))
        with open(self.bundle + '/config.json') as file:
            self.config = json.load(file)
        self.config['hooks'] = {}
        # the prepared files, and criu's file capabilities, are below every new layer
        subprocess.check_call(['umount', '-l', self.bundle + '/rootfs'])
        os.rename(self.bundle + '/upper', self.bundle + '/prepared')
        # crik is mounted instead of copied, so that the writable layer can be thrown away
        subprocess.check_call(['cp', CRIK, self.bundle + '/crik'])
        self.config['mounts'].append(lab.mount('/usr/local/bin/crik', 'bind', self.bundle + '/crik', 'rbind', 'ro'))
        self.running = None

    def _fresh_layer(self):
        root = self.bundle + '/rootfs'
        if os.path.ismount(root):
            subprocess.run(['umount', '-l', root], check=True)
        for layer in ('upper', 'work'):
            subprocess.run(['rm', '-rf', f'{self.bundle}/{layer}'], check=True)
            os.makedirs(f'{self.bundle}/{layer}')
        subprocess.run(['mount', '-t', 'overlay', 'crik-pod', '-o',
                        f'lowerdir={self.bundle}/prepared:{self.rootfs},upperdir={self.bundle}/upper,workdir={self.bundle}/work', root], check=True)

    def start(self, host_name, output, env=(), before=None, errors=None):
        """Starts a pod. before(pid) is called when the container is there and its program is not started yet.

        errors: a descriptor for standard error, instead of the log."""
        self._fresh_layer()
        config = dict(self.config, hostname=host_name, process=dict(self.config['process'], env=self.config['process']['env'] + list(env)))
        with open(self.bundle + '/config.json', 'w') as out:
            json.dump(config, out)
        pid_file, log = self.bundle + '/pid', self.bundle + '/log'
        how = ['run', '--detach'] if before is None else ['create']
        with open(log, 'w') as err:
            subprocess.run(self.wrapper + lab.RUNC + how + ['--no-new-keyring', '--pid-file', pid_file, '--bundle', self.bundle, self.name],
                           stdin=subprocess.DEVNULL, stdout=output, stderr=err if errors is None else errors, check=True)
        with open(pid_file) as file:
            self.running = Running(self, int(file.read()), host_name, log)
        if before:
            before(self.running.pid)
            # a pod that is killed at once may be gone before runc has seen it start
            subprocess.run(lab.RUNC + ['start', self.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.running

    def remove(self):
        if self.running:
            self.running.end()
        lab.clean_up(self.name)


class Running:
    """A container that was started."""

    def __init__(self, slot, pid, host_name, log):
        self.slot, self.pid, self.host_name, self.log = slot, pid, host_name, log
        self.code = None  # the exit code as a shell shows it; None while the pod runs
        self._pidfd = os.pidfd_open(pid)

    def signal(self, number):
        """Sends a signal to the first process, which may be gone already."""
        if self.code is None:
            try:
                signal.pidfd_send_signal(self._pidfd, number)
            except ProcessLookupError:
                pass

    def has_ended(self):
        if self.code is None and select.select([self._pidfd], [], [], 0)[0]:
            self._reap()
        return self.code is not None

    def wait(self, seconds):
        """Waits for the end, at most so long.

        Returns whether it came. The kernel ends everything in a container before its first process can be
        reaped."""
        if self.code is None and select.select([self._pidfd], [], [], seconds)[0]:
            self._reap()
        return self.code is not None

    def _reap(self):
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self.code = code if code >= 0 else 128 - code
        os.close(self._pidfd)

    def end(self):
        """Kills the pod and removes what runc keeps of it."""
        self.signal(signal.SIGKILL)
        if not self.wait(120):
            raise TimeoutError(f'{self.host_name} does not end')
        subprocess.run(lab.RUNC + ['delete', '-f', self.slot.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.slot.running = None

    def said(self):
        with open(self.log, errors='replace') as file:
            return file.read()
