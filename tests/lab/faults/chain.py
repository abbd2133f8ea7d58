"""One image directory and the pods that use it one after the other, with a witness in each and a ledger of what they show."""
import json, os, random, shutil, signal, socket, subprocess, sys, time

import faultfs, ledger, moments, phases, pods, relay

PATIENCE = 60             # seconds for what always happens, on a busy machine
PODS_PER_DIRECTORY = 60   # then the directory is emptied
MEMORY = [64, 256, 4096]  # KiB of each block of a witness: short dumps, and one that takes a while
CHECKPOINT = 143          # exit code of crik after a checkpoint
LINES = 40                # of crik's log, for a finding


class Round:
    """What became of one pod."""

    def __init__(self, pod, committed, phase=None, moment=None):
        self.host_name, self.code, self.committed = pod.host_name, pod.code, committed
        self.phase = phase     # where a kill hit; None when it ended by itself
        self.moment = moment   # what the kill waited for


class Chain:
    def __init__(self, name, rootfs, work, programs, seed, steps=False, disk='200M', env=(), mounts=(), wrapper=(), level='basic'):
        """steps: the directory is shown by faultfs, so that every step of the file system can be hit."""
        self.name, self.rng = name, random.Random(seed)
        self.image_dir, self.volume = f'{work}/{name}/images', f'{work}/{name}/volume'
        os.makedirs(self.image_dir)
        os.makedirs(self.volume)
        shutil.copy(programs + '/witness', self.volume + '/witness')
        self.disk = pods.Disk(f'{work}/{name}/disk', self.image_dir, disk)
        self.fs = faultfs.FaultFs(programs + '/faultfs', self.image_dir, self.image_dir + '.shown', f'{work}/{name}/plan') if steps else None
        self.shown = self.fs.mountpoint if steps else self.image_dir
        self.relay = relay.Relay()
        self.said = ''
        self.missed = False   # whether the mishap did not happen to the last pod
        self.number = 0
        self.slots = [pods.Slot(f'{name}-{i}', rootfs, self.shown,
                                ['crik', '--debug', 'run', '--image-dir', '/checkpoint', '--', 'sh', '-c', 'exec /volume/witness /data/state $KIB'],
                                mounts=[f'{self.volume}:/volume:ro', *mounts], tmpfs=['/data:4m'],
                                env=['CRIK_ADDITIONAL_PATHS=/data', *env], wrapper=wrapper, level=level)
                      for i in range(2)]
        self.empty_directory()

    def empty_directory(self):
        for name in os.listdir(self.image_dir):
            path = os.path.join(self.image_dir, name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        subprocess.run(['sync', '-f', self.image_dir])  # a power cut would bring them back; a volume that just broke cannot sync
        self.ledger = ledger.Ledger(self.image_dir, self.relay)
        self.memory = self.rng.choice(MEMORY)
        self.left = PODS_PER_DIRECTORY

    def start(self, before=None, env=(), errors=None):
        self.number += 1
        self.left -= 1
        slot = next(slot for slot in self.slots if slot.running is None)
        host_name = f'{self.name}-{self.number}'
        self.ledger.pod_started(host_name)
        output = self.relay.open_for(host_name)
        try:
            return slot.start(host_name, output, env=[f'KIB={self.memory}', *env], before=before, errors=errors)
        finally:
            os.close(output)

    def wait_for_words(self, pod, more=1):
        """Waits until the program has said so many turns more, or the pod has ended. Returns whether it still runs."""
        deadline = time.monotonic() + PATIENCE
        self.ledger.listen()
        first = self.ledger.turns_of(pod.host_name)
        while not pod.has_ended() and self.ledger.turns_of(pod.host_name) < first + more:
            if time.monotonic() > deadline:
                raise TimeoutError(f'{pod.host_name} says nothing; crik says:\n{pod.said()}')
            time.sleep(0.001)
            self.ledger.listen()
        return not pod.has_ended()

    def terminate(self, pod):
        """Sends SIGTERM and waits for the end of the pod. Returns how long that took."""
        began = time.monotonic()
        pod.signal(signal.SIGTERM)
        if not pod.wait(PATIENCE):
            raise TimeoutError(f'{pod.host_name} does not end after SIGTERM; crik says:\n{pod.said()}')
        return time.monotonic() - began

    def ask(self, pod):
        """Asks for a checkpoint that leaves the program running.

        Returns the control socket, on which the answer comes."""
        self.ledger.ask(pod.host_name)
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connect = [sys.executable, os.path.join(os.path.dirname(__file__), 'connect.py'), str(control.fileno()), f'/proc/{pod.pid}/root/run/crik.sock', str(PATIENCE)]
        inside = subprocess.run(['nsenter', '--target', str(pod.pid), '--pid', '--', *connect], pass_fds=[control.fileno()], stderr=subprocess.DEVNULL)
        if inside.returncode == 0:
            try:
                control.send(json.dumps({'command': 'checkpoint', 'leaveRunning': True}).encode())
            except OSError:
                pass  # the pod is gone
        control.settimeout(PATIENCE)
        return control

    @staticmethod
    def answer(control):
        """Returns what crik answers; None when it was killed."""
        try:
            return json.loads(control.recv(65536) or 'null')
        except OSError:
            return None

    def autopsy(self, pod, terminated=True, moment=None, since=0):
        """Ends a pod that still runs, looks at what it left, and returns that.

        since: the generation before the one at which a kill was aimed."""
        self.expect('which is a bug' not in pod.said(), 'met a bug of crik', pod)
        self.said = pod.said()
        killed = not pod.has_ended() or pod.code == 128 + signal.SIGKILL
        if self.fs:  # what hangs must not keep the pod
            pod.signal(signal.SIGKILL)
            self.fs.plan(faultfs.NOTHING)
            self.fs.release()
        pod.end()
        committed = self.ledger.pod_is_dead(pod.host_name, ended_with_it=pod.code == CHECKPOINT)
        phase = phases.of(self.image_dir, pod.said(), self.ledger.has_spoken(pod.host_name), terminated, committed and self.ledger.committed[-1] > since) if killed else None
        return Round(pod, committed, phase, moment)

    def take_findings(self):
        """Takes the findings, with what crik logged in the last pod."""
        findings = self.ledger.take_findings()
        last_words = '\n'.join(self.said.splitlines()[-LINES:])
        return findings[:-1] + [(kind, f'{what}; crik said last:\n{last_words}') for kind, what in findings[-1:]]

    def watch(self):
        return moments.Watch(self.shown)

    def expect(self, so, what, pod):
        if not so:
            self.ledger.findings.append((ledger.UNEXPECTED, f'{pod.host_name} {what}; crik says:\n{pod.said()}'))

    def remove(self):
        if self.fs:  # a request that hangs would keep a pod
            self.fs.plan(faultfs.NOTHING)
            self.fs.release()
        for slot in self.slots:
            slot.remove()
        if self.fs:
            self.fs.remove()
        self.disk.remove()
