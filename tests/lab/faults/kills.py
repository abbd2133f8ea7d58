"""Kills whole containers at every instant of their lives."""
import signal, time

import chain, faultfs, moments, phases


class Killer:
    def __init__(self, link):
        self.chain, self.rng, self.fs = link, link.rng, link.fs
        self.restore_time = self.checkpoint_time = 0.1    # of the last that were not killed
        self.restore_steps, self.checkpoint_steps = 100, 200

    def run(self, may_go_on, report):
        """Runs one round after the other. report(round, findings) is called after each."""
        follower = None
        while may_go_on():
            if self.chain.left <= 0 and follower is None:
                self.chain.empty_directory()
            this, follower = self.one(follower)
            report(this, self.chain.ledger.take_findings())
        if follower:
            self.chain.autopsy(follower)
            report(None, self.chain.ledger.take_findings())

    def one(self, pod):
        """Returns what became of one pod, which may be there already, and its successor if that was started beside
        it."""
        plan = self.rng.choice(['restore', 'restore', 'run', 'checkpoint', 'checkpoint', 'checkpoint', 'checkpoint', 'none'])
        # a pod that comes up before the one before it is gone, as after a lost node or in a rolling update
        overlap = plan != 'restore' and self.chain.left > 0 and self.rng.random() < 0.25
        at_step = self.fs is not None and self.rng.random() < 0.8
        terminated = plan in ('checkpoint', 'none')
        watch, follower, moment = self.chain.watch(), None, 'any time'
        try:
            if plan == 'restore':
                pod, moment = self.kill_restoring(pod, watch, at_step)
            else:
                pod = self.let_run(pod)
                follower = self.chain.start() if overlap else None
            if plan == 'run':
                moments.pause(self.rng, 0.01)
            elif terminated and not pod.has_ended():
                moment = self.terminate(pod, watch, plan == 'checkpoint', at_step)
        finally:
            watch.close()
        this = self.chain.autopsy(pod, terminated, moment)
        if this.phase is None:
            self.chain.expect(this.code == chain.CHECKPOINT and this.committed, f'ended with {this.code}', pod)
        return this, follower

    def kill_restoring(self, pod, watch, at_step):
        if at_step and pod is None:
            pod = self.chain.start(before=lambda pid: self.plan_step(pid, self.restore_steps, faultfs.CHANGE | faultfs.READ))
            self.chain.wait_for_words(pod)
            pod.wait(0 if self.fs.fired is None else chain.PATIENCE)
            return pod, self.fs.fired
        pod = pod or self.chain.start()
        return pod, self.wait_in(watch, pod, moments.IN_RESTORE, self.restore_time)

    def let_run(self, pod):
        began = time.monotonic()
        counts = self.fs is not None and pod is None
        pod = pod or self.chain.start(before=(lambda _: self.fs.plan(faultfs.NOTHING, mask=faultfs.CHANGE | faultfs.READ)) if counts else None)
        self.chain.wait_for_words(pod)
        self.restore_time = time.monotonic() - began
        if counts:
            self.restore_steps = self.fs.steps
        self.chain.wait_for_words(pod, more=self.rng.randrange(1, 20))
        return pod

    def terminate(self, pod, watch, kill, at_step):
        if self.fs:
            self.plan_step(pod.pid if kill and at_step else 0, self.checkpoint_steps, faultfs.CHANGE)
        if not kill:
            self.checkpoint_time = self.chain.terminate(pod)
            self.checkpoint_steps = self.fs.steps if self.fs else 0
            return None
        if at_step:
            self.chain.terminate(pod)
            return self.fs.fired
        pod.signal(signal.SIGTERM)
        return self.wait_in(watch, pod, moments.IN_CHECKPOINT, self.checkpoint_time)

    def plan_step(self, pid, usual, mask):
        action = self.rng.choice([faultfs.KILL_BEFORE, faultfs.KILL_AFTER]) if pid else faultfs.NOTHING
        self.fs.plan(action, at=self.rng.randrange(1, usual + 2), mask=mask, pid=pid)

    def wait_in(self, watch, pod, events, usual):
        """Waits a random time, or until something appears. Returns what it was."""
        if self.rng.random() < 0.5:
            time.sleep(self.rng.random() * usual * 1.1)
            return 'any time'
        name = self.rng.choice(list(events))
        if watch.wait(events[name], time.monotonic() + usual * 4, pod.has_ended):
            moments.pause(self.rng, 0.003)
        return name


class KillerBeside(Killer):
    """Kills around checkpoints that leave the program running, which commit beside it."""

    def one(self, pod):
        overlap = self.chain.left > 0 and self.rng.random() < 0.25
        last = self.rng.choice(['kill', 'kill', 'kill', 'kill', 'kill later', 'terminate', 'terminate in one'])
        watch, follower, moment, since = self.chain.watch(), None, 'any time', 0
        try:
            pod = self.let_run(pod)
            follower = self.chain.start() if overlap else None
            for _ in range(self.rng.randrange(0, 3)):
                self.checkpoint(pod)
            if pod.has_ended():
                pass  # the autopsy reports it
            elif last == 'kill':
                since = self.chain.ledger.newest()
                moment = self.kill_in_checkpoint(pod, watch)
            elif last == 'kill later':
                self.checkpoint(pod)
                self.chain.wait_for_words(pod, more=self.rng.randrange(1, 20))
            elif last == 'terminate in one':
                with self.chain.ask(pod):
                    time.sleep(self.rng.random() * self.checkpoint_time)
                    self.chain.terminate(pod)
            else:
                self.chain.terminate(pod)
        finally:
            watch.close()
        this = self.chain.autopsy(pod, True, moment, since)
        this.phase = phases.beside(this.phase)
        if this.phase is None:
            self.chain.expect(this.code == chain.CHECKPOINT and this.committed, f'ended with {this.code}', pod)
        return this, follower

    def checkpoint(self, pod):
        """Makes a checkpoint that nothing happens to."""
        if pod.has_ended():
            return
        if self.fs:
            self.fs.plan(faultfs.NOTHING)
        began = time.monotonic()
        with self.chain.ask(pod) as control:
            answer = self.chain.answer(control)
        self.chain.expect(answer is not None and 'generation' in answer, f'made no checkpoint that leaves it running: {answer}', pod)
        self.checkpoint_time = time.monotonic() - began
        self.checkpoint_steps = self.fs.steps if self.fs else 0

    def kill_in_checkpoint(self, pod, watch):
        at_step = self.fs is not None and self.rng.random() < 0.8
        if self.fs:
            self.plan_step(pod.pid if at_step else 0, self.checkpoint_steps, faultfs.CHANGE)
        with self.chain.ask(pod) as control:
            if not at_step:
                return self.wait_in(watch, pod, moments.IN_CHECKPOINT, self.checkpoint_time)
            self.chain.answer(control)
            pod.wait(0 if self.fs.fired is None else chain.PATIENCE)
            return self.fs.fired
