"""What must be true when the grace period of a pod is over: the program got its SIGTERM, or its checkpoint is committed.

Every case in hangs.py, limits.py and network.py runs one pod in which something is wrong and hands it to `end`. Whether the
next pod restores what was committed, the ledger judges as for all other mishaps."""
import collections, random, signal, time

import chain, frozen, ledger

GRACE = 4       # seconds; the kubelet sends SIGKILL when they are over
STARTED = 2.5   # seconds that a pod with a mishap at its start gets until SIGTERM
OPTIONS = ['CRIK_WHEN_INCOMPATIBLE=fail', 'CRIK_WHEN_RESTORE_FAILS=fail', f'CRIK_GRACE_PERIOD={GRACE}s']

# happened: what went wrong; None when nothing did. told: SIGTERM reached the program in time. ran: the program ran in
# this pod.
# killed: the pod had not ended when the grace period was over. excused: why nobody could have told the program.
Outcome = collections.namedtuple('Outcome', 'happened committed told ran killed excused violated')


def wait_until_it_runs(link, pod, seconds=chain.PATIENCE):
    """Returns whether the program runs."""
    deadline = time.monotonic() + seconds
    link.ledger.listen()
    while not pod.has_ended() and not link.ledger.has_spoken(pod.host_name) and time.monotonic() < deadline:
        time.sleep(0.002)
        link.ledger.listen()
    return link.ledger.has_spoken(pod.host_name) and not pod.has_ended()


def pause(link, longest):
    """A random time."""
    time.sleep(longest * link.rng.random())


def terminate(link, pod, after_signal=lambda: None, excuse=lambda: None, happened=lambda: True):
    """Sends SIGTERM to a pod, kills it when the grace period is over, and judges it.

    after_signal: does a mishap at the moment of SIGTERM. excuse: returns why the program could not be told, if it could not.
    happened: returns what went wrong, once all is over."""
    link.ledger.listen()
    before, began, deadline = link.ledger.newest(), time.time(), time.monotonic() + GRACE
    ended_early = pod.has_ended()
    ran = link.ledger.has_spoken(pod.host_name)
    pod.signal(signal.SIGTERM)
    after_signal()
    pod.wait(max(0, deadline - time.monotonic()))
    ended = pod.has_ended()
    excused = None if ended else frozen.excuse(pod)
    pod.signal(signal.SIGKILL)
    excused, what = excused or excuse(), happened()
    if link.fs:
        link.fs.release()
    if not pod.wait(chain.PATIENCE):
        raise TimeoutError(f'{pod.host_name} survives SIGKILL')
    link.autopsy(pod)
    committed = link.ledger.newest() > before
    told_at = link.ledger.told(pod.host_name)
    told = told_at is not None and told_at - began <= GRACE
    ran = ran or link.ledger.has_spoken(pod.host_name)
    if told_at is not None and committed:
        link.ledger.ran_on()  # the commit could not be taken back, or a request was carried out too late
    violated = ran and not (told or committed or excused)
    if violated:
        how = 'ended before SIGTERM' if ended_early else f'ended with {pod.code}' if ended else f'did not end within {GRACE} s'
        late = f'; SIGTERM reached the program after {told_at - began:.1f} s' if told_at else ''
        link.ledger.findings.append((ledger.NEITHER, f'{pod.host_name} {how}, its program got no SIGTERM in time and nothing was committed{late}; '
                                     f'what went wrong: {what or "nothing"}'))
    return Outcome(what if isinstance(what, str) else 'happened' if what else None, committed, told, ran, not ended, excused, violated)


def leave_a_checkpoint(link):
    """Runs a pod that nothing happens to, so that there is something to lose."""
    pod = link.start()
    link.wait_for_words(pod, more=3)
    link.terminate(pod)
    this = link.autopsy(pod)
    link.expect(this.committed, f'made no checkpoint although nothing was wrong, and ended with {this.code}', pod)


def run(link, case, may_go_on, report, tries=10):
    """Runs a case again and again, at least until its mishap happened once."""
    happened = False
    while not happened and tries > 0 or may_go_on():
        tries -= 1
        if link.left <= 1:
            link.empty_directory()
        if not link.ledger.committed:
            leave_a_checkpoint(link)
        outcome = case(link)
        happened |= bool(outcome.happened)
        findings = link.take_findings()
        if findings:
            link.empty_directory()  # what comes next is to be judged by itself
        report(outcome, findings)
    if link.ledger.committed:
        leave_a_checkpoint(link)  # the last pod's checkpoint is judged by the pod after it
        if findings := link.take_findings():
            report(None, findings)


def shuffled(items, rng: random.Random):
    """Every item once in a random order, and again in another."""
    while True:
        order = list(items)
        rng.shuffle(order)
        yield from order
