"""Volumes that hang: one request of a chosen kind, or everything from it on, for a while or for ever, at a chosen moment."""
import itertools

import deadline, faultfs

AT_START, IN_RESTORE, RUNNING, AT_SIGTERM, IN_DUMP, AT_COMMIT, AFTER_RENAME = (
    'at start', 'in a restore', 'in a checkpoint while running', 'at SIGTERM', 'in the dump', 'at the commit', 'after the rename')
# What arms the hang: a step of the file system, named as faultfs names it; nothing where the harness knows the moment.
AFTER = {AT_START: '', IN_RESTORE: '* /.restore-*', RUNNING: '', AT_SIGTERM: '', IN_DUMP: '* /.staging-*/images/*',
         AT_COMMIT: '* /.staging-*/manifest.json*', AFTER_RENAME: 'rename /checkpoints/*'}
ONE_REQUEST, FROM_THEN_ON = False, True
FOR_EVER, FOR_A_WHILE = 0, 1.5  # seconds
LONGEST_SKIP = 40               # requests, of a server that stops reading


def meet(link, moment):
    """Starts a pod and waits until it is time for SIGTERM. The hang was planned by `link.plan`. Returns the pod."""
    if moment in (AT_START, IN_RESTORE):
        pod = link.start(before=lambda _: link.plan())
        deadline.wait_until_it_runs(link, pod, deadline.STARTED)
        return pod
    pod = link.start()
    deadline.wait_until_it_runs(link, pod)
    deadline.pause(link, 0.05)
    if moment == RUNNING:
        link.plan()
        with link.ask(pod):
            deadline.pause(link, 0.6)
    elif moment != AT_SIGTERM:
        link.plan()
    return pod


def hang(link, requests, manner, moment, everything, seconds, skip=0):
    """One pod on a volume that hangs."""
    opcodes = [opcode for request in requests for opcode in faultfs.REQUESTS[request]]
    link.fs.plan(faultfs.NOTHING)
    link.plan = lambda: link.fs.hang(opcodes, manner, everything, seconds, AFTER[moment], skip)
    pod = meet(link, moment)

    def at_sigterm():
        if moment == AT_SIGTERM:
            deadline.pause(link, 0.01)
            link.plan()

    def happened():
        return link.fs.hung and f'{link.fs.hung} {moment}, {"everything" if everything else "one request"}, ' \
                                f'{f"for {seconds} s" if seconds else "for ever"}, {MANNERS[manner]}'
    return deadline.terminate(link, pod, at_sigterm, happened=happened)


MANNERS = {faultfs.ANSWERS_INTERRUPTS: 'with interrupts', faultfs.UNINTERRUPTIBLE: 'uninterruptible', faultfs.STOPS_READING: 'not read'}
LENGTHS = list(itertools.product((FOR_EVER, FOR_A_WHILE), (ONE_REQUEST, FROM_THEN_ON)))


def case(request, moments):
    """Every combination once before one comes again."""
    combinations = [(manner, moment, everything, seconds) for manner in (faultfs.ANSWERS_INTERRUPTS, faultfs.UNINTERRUPTIBLE)
                    for moment in moments for seconds, everything in LENGTHS]

    def run(link):
        order = vars(link).setdefault('order', deadline.shuffled(combinations, link.rng))
        return hang(link, [request], *next(order))
    return run


def stops_reading(link):
    """The server is stopped, as by SIGSTOP: requests wait, and the kernel ends them with their callers."""
    combinations = [(moment, seconds) for moment in AFTER for seconds in (FOR_EVER, FOR_A_WHILE)]
    moment, seconds = next(vars(link).setdefault('order', deadline.shuffled(combinations, link.rng)))
    return hang(link, faultfs.REQUESTS, faultfs.STOPS_READING, moment, FROM_THEN_ON, seconds, skip=link.rng.randrange(LONGEST_SKIP))


ALL = tuple(AFTER)
CASES = [(f'volume hangs at {request}', case(request, ALL), {'steps': True}) for request in
         ('lookup', 'getattr', 'open', 'create', 'read', 'write', 'fsync', 'fsyncdir', 'rename', 'unlink', 'statfs', 'mkdir', 'opendir', 'readdir', 'close')]
CASES.append(('volume stops reading requests', stops_reading, {'steps': True}))
