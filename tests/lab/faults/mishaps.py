"""Everything that goes wrong but a kill of the container.

Each case does one thing once in a pod's life, again and again at other moments, and the ledger judges. A case is a function
of a chain that runs one pod and returns in a word what came of it. It sets chain.missed when the mishap came too late or did
not happen; then the pod proves nothing."""
import errno, signal, time

import chain, clock_mishaps, criu_mishaps, faultfs, volume_mishaps
from lives import after_restore, begin, finish, wait_for_gate
from tables import MISSED

SIGNALS = [s for s in signal.Signals if s not in
           (signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE,
            signal.SIGILL, signal.SIGTRAP, signal.SIGSYS, signal.SIGABRT)]


def lock_holder_disappears(chain_):
    """The holder stands still, as on a node that nobody reaches, while its successor waits for the directory.

    Then it is gone."""
    pod, _ = begin(chain_)
    pod.signal(signal.SIGSTOP)
    follower = chain_.start()
    time.sleep(chain_.rng.random() * 0.2)
    pod.signal(signal.SIGKILL)
    pod.wait(chain.PATIENCE)
    chain_.autopsy(pod, terminated=False)
    return after_restore(chain_, follower)


def signal_storm(chain_):
    """A pod gets hundreds of signals while it restores and while it makes its checkpoint."""
    def storm(pod, count, numbers):
        for _ in range(count):
            pod.signal(chain_.rng.choice(numbers))
            if chain_.rng.random() < 0.1:
                time.sleep(chain_.rng.random() * 0.003)
    pod = chain_.start()
    wait_for_gate(pod)
    if not chain_.ledger.committed:
        chain_.wait_for_words(pod)  # a program that just starts ignores nothing yet
    if chain_.rng.random() < 0.3:
        storm(pod, 300, [signal.SIGTERM, *SIGNALS])   # one of them is a SIGTERM
        return finish(chain_, pod)
    storm(pod, 200, [s for s in SIGNALS if s != signal.SIGTERM])
    chain_.wait_for_words(pod, more=3)
    storm(pod, 400, [signal.SIGTERM] * 5 + SIGNALS)
    result = finish(chain_, pod)
    chain_.expect(result == 'checkpoint', 'made no checkpoint', pod)
    return result


# name, case, options of its chain
CASES = [
    ('criu killed in a dump', criu_mishaps.criu_killed_in_a_dump, {}),
    ('criu hangs in a dump', criu_mishaps.criu_hangs_in_a_dump, {}),
    ('criu killed in a restore', criu_mishaps.criu_killed_in_a_restore, {}),
    ('criu hangs in a restore, SIGTERM', criu_mishaps.criu_hangs_in_a_restore, {}),
    ('criu missing', criu_mishaps.criu_missing, {}),
    ('criu talks nonsense', criu_mishaps.criu_talks_nonsense, {}),
    ('image directory emptied', volume_mishaps.images_removed, {}),
    ('disk full (ext4, 0 to 11 MB free)', volume_mishaps.disk_full, {'disk': '64M'}),
    ('ENOSPC from step N on (FUSE)', volume_mishaps.failing(faultfs.FAIL_FROM, errno.ENOSPC, faultfs.SPACE), {'steps': True}),
    ('read-only from step N on (FUSE)', volume_mishaps.failing(faultfs.FAIL_FROM, errno.EROFS, faultfs.CHANGE), {'steps': True}),
    ('read-only at once (ext4 error)', volume_mishaps.disk_breaks, {}),
    ('EIO at step N (FUSE)', volume_mishaps.failing(faultfs.FAIL_ONCE, errno.EIO, faultfs.CHANGE | faultfs.READ), {'steps': True}),
    ('EIO from step N on (FUSE)', volume_mishaps.failing(faultfs.FAIL_FROM, errno.EIO, faultfs.CHANGE | faultfs.READ), {'steps': True}),
    ('power cut at step N (ext4)', volume_mishaps.power_cut, {'steps': True, 'env': ['CRIK_CHECKSUM_PAGES=true']}),
    ('lock holder stands still and goes', lock_holder_disappears, {}),
    ('monotonic clock of another boot', clock_mishaps.clock_ahead_or_behind, {}),
    ('wall clock jumps (LD_PRELOAD)', clock_mishaps.wall_clock_jumps, {}),
    ('signal storm', signal_storm, {}),
]


def leave_a_checkpoint(chain_):
    """Runs a pod that nothing happens to, so that there is something to lose."""
    pod, _ = begin(chain_)
    pod.signal(signal.SIGTERM)
    chain_.expect(finish(chain_, pod) == 'checkpoint', 'made no checkpoint', pod)


def run(link, case, may_go_on, report):
    link.usual_steps = {}
    first = True
    while first or may_go_on():
        first = False
        if link.left <= 0:
            link.empty_directory()
        if not link.ledger.committed:
            leave_a_checkpoint(link)
        link.missed = False
        result = case(link)
        report(MISSED if link.missed else result, link.take_findings())
