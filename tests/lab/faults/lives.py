"""The life of a pod to which a mishap happens: how it begins, and what may come of it."""
import signal, time

import chain, faultfs, pods

PROGRAM = 7                       # the witness's exit code at SIGTERM
IN_ORDER = (chain.CHECKPOINT, PROGRAM)
GRACE = 20                        # seconds; longer than anything takes here
LATE = 60                         # seconds that a busy machine may add to a grace period
STRICT = ['CRIK_WHEN_INCOMPATIBLE=fail', 'CRIK_WHEN_RESTORE_FAILS=fail', f'CRIK_GRACE_PERIOD={GRACE}s']


def begin(chain_, before=None, env=()):
    """Returns a pod, and whether its program runs."""
    if chain_.left <= 0:
        chain_.empty_directory()
    pod = chain_.start(before=before, env=env)
    return pod, chain_.wait_for_words(pod, more=chain_.rng.randrange(2, 10))


def finish(chain_, pod, grace=GRACE, may_die=()):
    """Waits for the end of a pod that was sent SIGTERM.

    It has to end in time, with a checkpoint or as the program ends."""
    began = time.monotonic()
    chain_.expect(pod.wait(grace + LATE), f'does not end within {grace + LATE} s', pod)
    took = time.monotonic() - began
    this = chain_.autopsy(pod)
    if this.phase is None:
        interrupted = not chain_.ledger.has_spoken(pod.host_name)  # SIGTERM came before its program ran
        chain_.expect(this.code in IN_ORDER or this.code in may_die, f'ended with {this.code}', pod)
        chain_.expect(this.code != chain.CHECKPOINT or this.committed or interrupted, 'says that it made a checkpoint, and there is none', pod)
        if interrupted and not this.committed:
            return 'restore given up'
    if this.code in may_die:
        return 'program died'
    return 'checkpoint' if this.committed else 'program ended' if took < grace else 'program ended, late'


def in_a_restore(chain_):
    """Returns a pod at some instant between its start and its program's first word, or a little later."""
    pod = chain_.start()
    if chain_.rng.random() < 0.7:
        next_criu(pod, restoring=True)
    time.sleep(chain_.rng.random() * 0.06)
    chain_.ledger.listen()
    chain_.missed = pod.has_ended() or chain_.ledger.has_spoken(pod.host_name)
    return pod


def after_restore(chain_, pod, repair=None):
    """Returns what became of a pod whose start met a mishap.

    The mishap is over now, or when repair() was called after the pod's end."""
    runs = chain_.wait_for_words(pod, more=3)
    if chain_.fs:
        chain_.missed = not chain_.fs.fired
        chain_.fs.plan(faultfs.NOTHING)
    if runs:
        pod.signal(signal.SIGTERM)
    if repair:
        chain_.expect(pod.wait(GRACE + LATE), 'does not end', pod)
        repair()
    if runs:
        return 'restored, then ' + finish(chain_, pod)
    this = chain_.autopsy(pod, terminated=False)
    chain_.expect(this.code in (123, 125), f'ended with {this.code}', pod)
    return f'refused to start ({this.code})'


def wait_for_gate(pod):
    """Waits until crik holds signals.

    Before, the kernel drops the signals of a first process, or runc takes them for its own."""
    deadline = time.monotonic() + chain.PATIENCE
    while not pod.has_ended() and time.monotonic() < deadline:
        try:
            with open(f'/proc/{pod.pid}/status') as file:
                status = dict(line.split(':', 1) for line in file)
            if status['Name'].strip() == 'crik' and int(status['SigBlk'], 16) >> signal.SIGTERM - 1 & 1:
                return
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.0005)


def is_of_the_tree(pid):
    """Whether a process that looks like criu is a task that is half restored.

    A criu that restores has a number below 300 (docs/design/0004-pids.md)."""
    with open(f'/proc/{pid}/status') as file:
        return next(int(line.split()[-1]) for line in file if line.startswith('NSpid:')) >= 300


def next_criu(pod, restoring, patience=5):
    """Returns the process id, as seen from here, of a criu in a pod; None when there is none for so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not pod.has_ended():
        for child in pods.children_of(pod.pid):
            try:
                if open(f'/proc/{child}/comm').read() == 'criu\n' and not (restoring and is_of_the_tree(child)):
                    return child
            except (FileNotFoundError, ProcessLookupError):
                pass  # it ended
        time.sleep(0.0002)
    return None


NEVER = 1 << 60


def some_step(chain_, of):
    """Returns one of the steps that a start or an end took the last time.

    At first, and now and then, it is none, so that they are counted again."""
    usual = chain_.usual_steps.get(of)
    return chain_.rng.randrange(1, usual + 2) if usual and chain_.rng.random() < 0.95 else NEVER


def fired(chain_, of='end'):
    """Returns the operation at which the plan came true.

    When it did not, the steps that there were count for the next time."""
    operation = chain_.fs.fired
    if operation is None:
        chain_.missed, chain_.usual_steps[of] = True, chain_.fs.steps
    return operation
