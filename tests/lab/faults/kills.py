"""SIGKILL for whole containers at random instants of their lives, while a witness runs in them."""
import os, random, shutil, signal, subprocess, time

import ledger, moments, phases, pods

PATIENCE = 60            # for what always happens, on a machine that has much else to do
PODS_PER_DIRECTORY = 60  # then it begins again with an empty one


class Round:
    """What one pod was for."""

    def __init__(self, phase=None, moment=None, code=None):
        self.phase, self.moment, self.code = phase, moment, code  # phase: where the kill hit; None when there was none


class Worker:
    """One image directory after the other, and the pods that follow each other on it."""

    def __init__(self, name, rootfs, work, witness, seed, level='basic'):
        self.name, self.work, self.rng = name, work, random.Random(seed)
        self.image_dir, self.volume = f'{work}/{name}/images', f'{work}/{name}/volume'
        os.makedirs(self.image_dir)
        os.makedirs(self.volume)
        shutil.copy(witness, self.volume + '/witness')
        self.ledger = None
        self.ends = {}                   # exit code of pods that were not killed: how many
        self.number = 0
        self.slots = [pods.Slot(f'{name}-{i}', rootfs, self.image_dir,
                                ['crik', '--debug', 'run', '--image-dir', '/checkpoint', '--', '/volume/witness', '/volume/log', '/data/state'],
                                level=level, mounts=[f'{self.volume}:/volume'], tmpfs=['/data:4m'], env=['CRIK_ADDITIONAL_PATHS=/data'])
                      for i in range(2)]
        self.restore_time = self.checkpoint_time = 0.1   # of the last that were not killed
        self.empty_directory()

    def empty_directory(self):
        for name in os.listdir(self.image_dir):
            path = os.path.join(self.image_dir, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        open(self.volume + '/log', 'w').close()
        self.ledger = ledger.Ledger(self.image_dir, self.volume + '/log')
        self.left = PODS_PER_DIRECTORY

    def start(self):
        self.number += 1
        pod = next(slot for slot in self.slots if slot.running is None).start(f'{self.name}-{self.number}')
        self.ledger.pod_started(pod.host_name)
        return pod

    def wait_for_words(self, pod, more=0):
        """Until the program has said that many turns more, or the pod has ended."""
        deadline = time.monotonic() + PATIENCE
        self.ledger.read_records()
        want = self.ledger.last.get(pod.host_name, (None, 0))[1] + max(1, more)
        while time.monotonic() < deadline and not pod.has_ended():
            self.ledger.read_records()
            if self.ledger.has_spoken(pod.host_name) and (more == 0 or self.ledger.last[pod.host_name][1] >= want):
                return
            time.sleep(0.001)
        if not pod.has_ended():
            raise TimeoutError(f'{pod.host_name} says nothing; crik says:\n{pod.said()}')

    def run(self, until, kills_wanted, report):
        """One round after the other. report(round, findings) is called after each."""
        pod = None
        killed = 0
        while time.monotonic() < until and killed < kills_wanted():
            if self.left == 0 and pod is None:
                self.empty_directory()
            self.left -= 1
            pod = pod or self.start()
            # a pod that comes up before the one before it is gone, as after a lost node or in a rolling update
            overlap = self.left > 0 and self.rng.random() < 0.25
            this, pod = self.one(pod, overlap)
            killed += this.phase is not None
            report(this, self.ledger.findings)
            self.ledger.findings = []
        if pod:
            pod.end()
            self.ledger.pod_is_dead(pod.host_name)

    def one(self, pod, overlap):
        """What becomes of one pod. Returns that, and its successor when that was started beside it."""
        plan = self.rng.choice(['restore', 'restore', 'run', 'checkpoint', 'checkpoint', 'checkpoint', 'checkpoint', 'none'])
        watch = moments.Watch(self.image_dir)
        follower = None
        try:
            terminated, moment = False, 'any time'
            if plan == 'restore':
                moment = self.wait_in(watch, pod, moments.IN_RESTORE, self.restore_time)
            else:
                began = time.monotonic()
                self.wait_for_words(pod)
                self.restore_time = time.monotonic() - began
                self.wait_for_words(pod, more=self.rng.randrange(1, 20))
                if overlap:
                    follower = self.start()
                if plan == 'run':
                    moments.pause(self.rng, 0.01)
                elif not pod.has_ended():
                    terminated = True
                    began = time.monotonic()
                    pod.signal(signal.SIGTERM)
                    if plan == 'checkpoint':
                        moment = self.wait_in(watch, pod, moments.IN_CHECKPOINT, self.checkpoint_time)
                    else:
                        pod.wait(PATIENCE)
                        self.checkpoint_time = time.monotonic() - began
        finally:
            watch.close()
        ended_by_itself = pod.has_ended()
        said = pod.said()
        pod.end()
        committed = self.ledger.pod_is_dead(pod.host_name)
        if ended_by_itself:
            self.ends[pod.code] = self.ends.get(pod.code, 0) + 1
            if pod.code != 143 or not committed:
                said = pod.said()
                self.ledger.findings.append(('unexpected', f'{pod.host_name} ended with {pod.code}; crik says:\n{said}'))
            return Round(code=pod.code), follower
        phase = phases.of(self.image_dir, said, self.ledger.has_spoken(pod.host_name), terminated, committed)
        return Round(phase, moment), follower

    def wait_in(self, watch, pod, events, usual):
        """Half of the time for a random time, else for something to appear. Returns what it was."""
        if self.rng.random() < 0.5:
            time.sleep(self.rng.random() * usual * 1.2)
            return 'any time'
        name = self.rng.choice(list(events))
        if watch.wait(events[name], time.monotonic() + usual * 4, pod.has_ended):
            moments.pause(self.rng, 0.004)
        return name

    def remove(self):
        for slot in self.slots:
            slot.remove()
