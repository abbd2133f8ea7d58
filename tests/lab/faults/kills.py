"""SIGKILL for whole containers at every instant of their lives, while a witness runs in them."""
import os, random, shutil, signal, time

import faultfs, ledger, moments, phases, pods, relay

PATIENCE = 60             # for what always happens, on a machine that has much else to do
PODS_PER_DIRECTORY = 60   # then it begins again with an empty one
MEMORY = [64, 256, 4096]  # KiB of a witness's two blocks: a short dump, and one that takes a while


class Round:
    """What one pod was for."""

    def __init__(self, phase=None, moment=None):
        self.phase, self.moment = phase, moment  # where the kill hit, and on what it waited; no phase when nothing was killed


class Worker:
    """One image directory, and the pods that follow each other on it."""

    def __init__(self, name, rootfs, work, programs, seed, steps):
        self.name, self.rng = name, random.Random(seed)
        self.image_dir, self.volume = f'{work}/{name}/images', f'{work}/{name}/volume'
        os.makedirs(self.image_dir)
        os.makedirs(self.volume)
        shutil.copy(programs + '/witness', self.volume + '/witness')
        # either every step of the file system can be hit, or it is a real one
        self.fs = faultfs.FaultFs(programs + '/faultfs', self.image_dir, self.image_dir + '.shown', f'{work}/{name}/plan') if steps else None
        self.disk = None if steps else pods.Disk(f'{work}/{name}/disk', self.image_dir)
        self.number = 0
        self.relay = relay.Relay()
        self.slots = [pods.Slot(f'{name}-{i}', rootfs, self.fs.mountpoint if self.fs else self.image_dir,
                                ['crik', '--debug', 'run', '--image-dir', '/checkpoint', '--', 'sh', '-c',
                                 'exec /volume/witness /data/state $KIB'],
                                mounts=[f'{self.volume}:/volume:ro'], tmpfs=['/data:4m'], env=['CRIK_ADDITIONAL_PATHS=/data'])
                      for i in range(2)]
        self.restore_time = self.checkpoint_time = 0.1    # of the last that were not killed
        self.restore_steps, self.checkpoint_steps = 100, 200
        self.empty_directory()

    def empty_directory(self):
        for name in os.listdir(self.image_dir):
            path = os.path.join(self.image_dir, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        self.ledger = ledger.Ledger(self.image_dir, self.relay)
        self.memory = self.rng.choice(MEMORY)
        self.left = PODS_PER_DIRECTORY

    def start(self, before=None):
        self.number += 1
        slot = next(slot for slot in self.slots if slot.running is None)
        host_name = f'{self.name}-{self.number}'
        self.ledger.pod_started(host_name)
        output = self.relay.open_for(host_name)
        try:
            return slot.start(host_name, output, env=[f'KIB={self.memory}'], before=before)
        finally:
            os.close(output)

    def wait_for_words(self, pod, more=1):
        """Until the program has said that many turns more, or the pod has ended."""
        deadline = time.monotonic() + PATIENCE
        self.ledger.listen()
        first = self.ledger.turns_of(pod.host_name)
        while not pod.has_ended() and self.ledger.turns_of(pod.host_name) < first + more:
            if time.monotonic() > deadline:
                raise TimeoutError(f'{pod.host_name} says nothing; crik says:\n{pod.said()}')
            time.sleep(0.001)
            self.ledger.listen()

    def run(self, may_go_on, report):
        """One round after the other; report(round, findings) is called after each."""
        follower = None
        while may_go_on():
            if self.left <= 0 and follower is None:
                self.empty_directory()
            self.left -= 1
            this, follower = self.one(follower)
            report(this, self.ledger.take_findings())
        if follower:
            follower.end()
            self.ledger.pod_is_dead(follower.host_name)
            report(Round(), self.ledger.take_findings())

    def one(self, pod):
        """What becomes of one pod, which may be there already. Returns that, and its successor when it was started beside it."""
        plan = self.rng.choice(['restore', 'restore', 'run', 'checkpoint', 'checkpoint', 'checkpoint', 'checkpoint', 'none'])
        # a pod that comes up before the one before it is gone, as after a lost node or in a rolling update
        overlap = plan != 'restore' and self.left > 0 and self.rng.random() < 0.25
        at_step = self.fs is not None and self.rng.random() < 0.8
        watch = moments.Watch(self.fs.mountpoint if self.fs else self.image_dir)
        follower, moment = None, 'any time'
        terminated = plan in ('checkpoint', 'none')
        try:
            began = time.monotonic()
            if plan == 'restore' and at_step and pod is None:
                pod = self.start(before=lambda pid: self.plan_step(pid, self.restore_steps, faultfs.CHANGE | faultfs.READ))
                self.wait_for_words(pod)
                pod.wait(0 if self.fs.fired is None else PATIENCE)
                moment = self.fs.fired
            elif plan == 'restore':
                pod = pod or self.start()
                moment = self.wait_in(watch, pod, moments.IN_RESTORE, self.restore_time)
            else:
                counts = self.fs is not None and pod is None
                pod = pod or self.start(before=(lambda _: self.fs.plan(faultfs.NOTHING, mask=faultfs.CHANGE | faultfs.READ)) if counts else None)
                self.wait_for_words(pod)
                self.restore_time = time.monotonic() - began
                if counts:
                    self.restore_steps = self.fs.steps
                self.wait_for_words(pod, more=self.rng.randrange(1, 20))
                follower = self.start() if overlap else None
            if plan == 'run':
                moments.pause(self.rng, 0.01)
            elif terminated and not pod.has_ended():
                moment = self.terminate(pod, watch, plan == 'checkpoint', at_step)
        finally:
            watch.close()
        return self.autopsy(pod, terminated, moment), follower

    def terminate(self, pod, watch, kill, at_step):
        began = time.monotonic()
        if self.fs:
            self.plan_step(pod.pid if kill and at_step else 0, self.checkpoint_steps, faultfs.CHANGE)
        pod.signal(signal.SIGTERM)
        if not kill or at_step:
            pod.wait(PATIENCE)
        if not kill:
            self.checkpoint_time = time.monotonic() - began
            self.checkpoint_steps = self.fs.steps if self.fs else 0
            return None
        return self.fs.fired if at_step else self.wait_in(watch, pod, moments.IN_CHECKPOINT, self.checkpoint_time)

    def plan_step(self, pid, usual, mask):
        action = self.rng.choice([faultfs.KILL_BEFORE, faultfs.KILL_AFTER]) if pid else faultfs.NOTHING
        self.fs.plan(action, at=self.rng.randrange(1, usual + 2), mask=mask, pid=pid)

    def autopsy(self, pod, terminated, moment):
        by_itself = pod.has_ended() and pod.code != 128 + signal.SIGKILL
        pod.end()
        if self.fs:
            self.fs.plan(faultfs.NOTHING)
        committed = self.ledger.pod_is_dead(pod.host_name)
        if not by_itself:
            return Round(phases.of(self.image_dir, pod.said(), self.ledger.has_spoken(pod.host_name), terminated, committed), moment)
        if pod.code != 143 or not committed:
            self.ledger.findings.append(('unexpected', f'{pod.host_name} ended with {pod.code}; crik says:\n{pod.said()}'))
        return Round()

    def wait_in(self, watch, pod, events, usual):
        """Half of the time for a random time, else for something to appear. Returns what it was."""
        if self.rng.random() < 0.5:
            time.sleep(self.rng.random() * usual * 1.1)
            return 'any time'
        name = self.rng.choice(list(events))
        if watch.wait(events[name], time.monotonic() + usual * 4, pod.has_ended):
            moments.pause(self.rng, 0.003)
        return name

    def remove(self):
        for slot in self.slots:
            slot.remove()
        for holder in (self.fs, self.disk):
            if holder:
                holder.remove()
