"""Everything but the kill of the container. Each case does one thing that goes wrong, once in a pod's life, again and again at other
moments; the ledger stays the judge. A case is a function of a chain that runs one pod and says in a word what came of it, and in
chain.missed whether the mishap came too late, or not at all: then all of it says nothing."""
import contextlib, errno, os, random, shutil, signal, struct, subprocess, time

import chain, faultfs, ledger, pods

MISSED = 'did not fire'
PROGRAM = 7                       # the witness's exit code at SIGTERM
IN_ORDER = (chain.CHECKPOINT, PROGRAM)
BORROWED_CODE = (128 + signal.SIGTRAP, 128 + signal.SIGSEGV)  # a criu that is killed while a task runs its code takes the task along
GRACE = 20                        # seconds; longer than anything takes here but what hangs
LATE = 60                         # what a busy machine may add to a grace period
STRICT = ['CRIK_WHEN_INCOMPATIBLE=fail', 'CRIK_WHEN_RESTORE_FAILS=fail', f'CRIK_GRACE_PERIOD={GRACE}s']
SIGNALS = [s for s in signal.Signals if s not in
           (signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE,
            signal.SIGILL, signal.SIGTRAP, signal.SIGSYS, signal.SIGABRT)]


def begin(chain_, before=None, env=()):
    """A pod whose program runs; None when the pod ended first."""
    if chain_.left <= 0:
        chain_.empty_directory()
    pod = chain_.start(before=before, env=env)
    return pod, chain_.wait_for_words(pod, more=chain_.rng.randrange(2, 10))


def finish(chain_, pod, grace=GRACE, may_die=()):
    """SIGTERM was sent: it has to end in time, with a checkpoint or as the program ends."""
    began = time.monotonic()
    chain_.expect(pod.wait(grace + LATE), f'does not end within {grace + LATE} s', pod)
    took = time.monotonic() - began
    this = chain_.autopsy(pod)
    if this.phase is None:
        interrupted = not chain_.ledger.has_spoken(pod.host_name)  # by SIGTERM, before its program ran
        chain_.expect(this.code in IN_ORDER or this.code in may_die, f'ended with {this.code}', pod)
        chain_.expect(this.code != chain.CHECKPOINT or this.committed or interrupted, 'says that it made a checkpoint, and there is none', pod)
        if interrupted and not this.committed:
            return 'restore given up'
    if this.code in may_die:
        return 'program died'
    return 'checkpoint' if this.committed else 'program ended' if took < grace else 'program ended, late'


NEVER = 1 << 60


def some_step(chain_, of):
    """One of the steps that a start or an end took the last time; at first, and now and then, none, to count them again."""
    usual = chain_.usual_steps.get(of)
    return chain_.rng.randrange(1, usual + 2) if usual and chain_.rng.random() < 0.95 else NEVER


def fired(chain_, of='end'):
    """The operation at which the plan came true; when it did not, the steps there were count for the next time."""
    operation = chain_.fs.fired
    if operation is None:
        chain_.missed, chain_.usual_steps[of] = True, chain_.fs.steps
    return operation


def wait_for_gate(pod):
    """Until crik holds signals; before, the kernel drops those for a first process, and runc's own takes them for its own."""
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
    """A task that is half restored looks like criu, and has its number already: a criu that restores lives below 300 (docs/design/0004-pids.md)."""
    with open(f'/proc/{pid}/status') as file:
        return next(int(line.split()[-1]) for line in file if line.startswith('NSpid:')) >= 300


def next_criu(pod, restoring, patience=5):
    """The process id, as seen from here, of a criu in a pod."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not pod.has_ended():
        try:
            for child in open(f'/proc/{pod.pid}/task/{pod.pid}/children').read().split():
                if open(f'/proc/{child}/comm').read() == 'criu\n' and not (restoring and is_of_the_tree(child)):
                    return child
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.0002)
    return None


def hit_criu(chain_, pod, number, usual, restoring=False):
    """Somewhere in the life of its criu."""
    criu = next_criu(pod, restoring)
    time.sleep(chain_.rng.random() * usual)
    try:
        os.kill(int(criu), number)
    except (ProcessLookupError, TypeError):
        chain_.missed = True


def criu_killed_in_a_dump(chain_):
    pod, _ = begin(chain_)
    pod.signal(signal.SIGTERM)
    hit_criu(chain_, pod, signal.SIGKILL, 0.03)
    return finish(chain_, pod, may_die=BORROWED_CODE)


def criu_hangs_in_a_dump(chain_):
    pod, _ = begin(chain_, env=['CRIK_GRACE_PERIOD=4s'])
    pod.signal(signal.SIGTERM)
    hit_criu(chain_, pod, signal.SIGSTOP, 0.03)
    return finish(chain_, pod, grace=4, may_die=BORROWED_CODE)


def criu_killed_in_a_restore(chain_):
    pod = chain_.start()
    hit_criu(chain_, pod, signal.SIGKILL, 0.06, restoring=True)
    return after_restore(chain_, pod)


def in_a_restore(chain_):
    """A pod at some instant between its start and its program's first word, or a little later."""
    pod = chain_.start()
    if chain_.rng.random() < 0.7:
        next_criu(pod, restoring=True)
    time.sleep(chain_.rng.random() * 0.06)
    chain_.ledger.listen()
    chain_.missed = pod.has_ended() or chain_.ledger.has_spoken(pod.host_name)
    return pod


def after_restore(chain_, pod, repair=None):
    """What became of a pod whose start met a mishap, which is over now, or when the pod is and repair() was called."""
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


def criu_hangs_in_a_restore(chain_):
    pod = chain_.start()
    hit_criu(chain_, pod, signal.SIGSTOP, 0.03, restoring=True)
    time.sleep(0.2)
    pod.signal(signal.SIGTERM)
    return finish(chain_, pod)


def criu_missing(chain_):
    at_start = chain_.rng.random() < 0.5 and chain_.ledger.committed
    if at_start:
        pod = chain_.start(env=['CRIK_CRIU_PATH=/nowhere/criu'])
        return without_criu(chain_, after_restore(chain_, pod))
    pod, _ = begin(chain_)
    os.unlink(pod.slot.bundle + '/rootfs/usr/sbin/criu')
    pod.signal(signal.SIGTERM)
    return without_criu(chain_, finish(chain_, pod))


def without_criu(chain_, result):
    """Nothing is saved nor restored: if it was, a real one was there after all."""
    chain_.missed = result.endswith('checkpoint')
    return result


def garbage(rng):
    """A script that is no criu. Descriptor 3 is the socket."""
    noise = ''.join(f'\\{rng.randrange(256):03o}' for _ in range(rng.randrange(1, 200)))
    version = r'\010\012\020\001\122\004\010\004\020\003'
    return '#!/bin/sh\n' + rng.choice([
        'exit 0', 'exit 1', 'kill -9 $$', 'echo "usage: criu"; exit 2', 'sleep 1',
        f"printf '{noise}' >&3",
        f"while :; do printf '{noise}' >&3 || exit; done",
        'cat /dev/zero >&3',
        'head -c 150000 /dev/urandom >&3',
        f"printf '{version}' >&3; head -c 1 <&3 >/dev/null; printf '{noise}' >&3; sleep 1",
        f"head -c 20 <&3 >/dev/null; printf '{version}' >&3",
        r"printf '\012\377\377\377\377\377\377\377\377\177' >&3",
        r"while :; do printf '\010\006\020\001\052\020\012\016query-ext-files' >&3 || exit; done",
        r"printf '\010\006\020\001\052\013\012\011post-dump' >&3; sleep 1; printf '\010\001\020\001' >&3",
        r"printf '\010\006\020\001\052\014\012\012pre-resume' >&3; sleep 1; printf '\010\002\020\001' >&3; sleep 1",
    ]) + '\n'


def roll_back(chain_):
    """As an operator does when criu was to blame: one that says its version and fails at everything looks like bad checkpoints."""
    for generation in ledger.numbers(chain_.image_dir + '/failed'):
        subprocess.run([pods.CRIK, 'rollback', str(generation), '--image-dir', chain_.image_dir], stdout=subprocess.DEVNULL, check=True)


def criu_talks_nonsense(chain_):
    at_start = chain_.rng.random() < 0.5 and chain_.ledger.committed
    spoken = chain_.volume + '/criu.new'
    with open(spoken, 'w') as file:
        file.write(garbage(chain_.rng))
    os.chmod(spoken, 0o755)
    if at_start:
        os.replace(spoken, chain_.volume + '/criu')
        pod = chain_.start(env=['CRIK_CRIU_PATH=/volume/criu'])
        if not chain_.wait_for_words(pod):
            roll_back(chain_)
        return without_criu(chain_, after_restore(chain_, pod))
    pod, _ = begin(chain_)
    criu = pod.slot.bundle + '/rootfs/usr/sbin/criu'
    shutil.copy(spoken, criu + '.new')
    os.replace(criu + '.new', criu)  # one that still runs cannot be written to
    pod.signal(signal.SIGTERM)
    return without_criu(chain_, finish(chain_, pod))


def images_removed(chain_):
    """With everything in the directory its checkpoints are lost, and rightly; the program must not be."""
    when = chain_.rng.choice(['before SIGTERM', 'after it', 'in a restore'])
    pod = in_a_restore(chain_) if when == 'in a restore' else begin(chain_)[0]
    if when == 'after it':
        pod.signal(signal.SIGTERM)
        time.sleep(chain_.rng.random() * 0.06)
        chain_.missed = pod.has_ended()
    for name in os.listdir(chain_.image_dir):
        subprocess.run(['rm', '-rf', f'{chain_.image_dir}/{name}'])
    runs = when != 'in a restore' or chain_.wait_for_words(pod, more=3)
    pod.signal(signal.SIGTERM)
    chain_.expect(pod.wait(GRACE + LATE), 'does not end', pod)
    damaged = [finding for finding in chain_.ledger.findings if finding[0] == ledger.PARTIAL]  # as the program itself saw it
    chain_.autopsy(pod)
    chain_.expect(pod.code in (IN_ORDER if runs else (123, 125)), f'ended with {pod.code}', pod)
    chain_.ledger.findings = damaged + [finding for finding in chain_.ledger.findings if finding[0] == ledger.UNEXPECTED]
    chain_.empty_directory()
    return {PROGRAM: 'program ended', chain.CHECKPOINT: 'checkpoint'}.get(pod.code, f'refused to start ({pod.code})')


def failing(action, error, mask):
    """A case in which an operation fails, or one and all after it, at a step of a checkpoint or of a start."""
    def case(chain_):
        steps = chain_.usual_steps
        if 'start' in steps and chain_.rng.random() < 0.4:
            pod = chain_.start(before=lambda _: chain_.fs.plan(action, at=some_step(chain_, 'start'), mask=mask, error=error))
            result = after_restore(chain_, pod)
        else:
            pod, _ = begin(chain_, before=lambda _: chain_.fs.plan(faultfs.NOTHING, mask=mask))
            steps['start'] = chain_.fs.steps
            chain_.fs.plan(action, at=some_step(chain_, 'end'), mask=mask, error=error)
            pod.signal(signal.SIGTERM)
            pod.wait(GRACE + LATE)
            operation = fired(chain_) or ''
            result = finish(chain_, pod)
            # between the rename of a checkpoint and its sync the volume went for good, so that the rename could not be taken back
            if action == faultfs.FAIL_FROM and operation.startswith(('open directory', 'fsync of directory')) and pod.code == PROGRAM and result == 'checkpoint':
                chain_.ledger.ran_on()
                return 'checkpoint, program ran on'
        return result
    return case


def hanging(chain_):
    """The volume answers no more, for good: the kubelet kills the pod when its grace period is over."""
    pod, _ = begin(chain_, env=['CRIK_GRACE_PERIOD=2s'])
    chain_.fs.plan(faultfs.HANG, at=some_step(chain_, 'end'))
    pod.signal(signal.SIGTERM)
    by_itself = pod.wait(3)
    fired(chain_)
    pod.signal(signal.SIGKILL)
    chain_.fs.plan(faultfs.NOTHING)
    pod.wait(chain.PATIENCE)
    chain_.autopsy(pod)
    return 'ended by itself' if by_itself else 'killed'


def disk_full(chain_):
    """A real file system with less and less room."""
    usage = os.statvfs(chain_.image_dir)
    room = chain_.rng.randrange(0, 350 + 5 * chain_.memory // 2) << 10
    filler = chain_.image_dir + '/filler'
    pod = None
    if chain_.rng.random() < 0.7:
        pod, _ = begin(chain_)
    with open(filler, 'wb') as file:
        with contextlib.suppress(OSError):  # what the file itself takes may have been the last of it
            os.posix_fallocate(file.fileno(), 0, max(1, os.statvfs(chain_.image_dir).f_bavail * usage.f_frsize - room))
    try:
        if pod:
            pod.signal(signal.SIGTERM)
        result = finish(chain_, pod) if pod else after_restore(chain_, chain_.start())
        chain_.missed = result.endswith('checkpoint')  # there was room enough
        return result
    finally:
        os.unlink(filler)


def disk_breaks(chain_):
    """The file system finds itself damaged and turns read-only, as errors=remount-ro does."""
    device = os.path.basename(subprocess.check_output(['findmnt', '-no', 'SOURCE', chain_.image_dir], text=True).strip())
    subprocess.check_call(['mount', '-o', 'remount,errors=remount-ro', chain_.image_dir])
    def fails():
        with open(f'/sys/fs/ext4/{device}/trigger_fs_error', 'w') as file:
            file.write('1')
    if chain_.rng.random() < 0.4:
        pod = in_a_restore(chain_)
        fails()
        return after_restore(chain_, pod, chain_.disk.repair)
    pod, _ = begin(chain_)
    pod.signal(signal.SIGTERM)
    time.sleep(chain_.rng.random() * 0.06)
    chain_.missed = pod.has_ended()
    fails()
    chain_.expect(pod.wait(GRACE + LATE), 'does not end', pod)
    chain_.disk.repair()  # what is there after that counts
    result = finish(chain_, pod)
    if pod.code == PROGRAM and result == 'checkpoint':
        chain_.ledger.ran_on()
        return 'checkpoint, program ran on'
    return result


def power_cut(chain_):
    """At a step, or at any time: what was not on the disk is gone, and so is everything that ran."""
    steps = chain_.usual_steps
    hang = lambda of: chain_.fs.plan(faultfs.HANG, at=some_step(chain_, of))
    if 'start' in steps and chain_.rng.random() < 0.3:
        pod = chain_.start(before=lambda _: hang('start'))
        until = time.monotonic() + chain.PATIENCE
        while not (chain_.fs.fired or pod.has_ended() or chain_.ledger.turns_of(pod.host_name) > 3) and time.monotonic() < until:
            chain_.ledger.listen()
            time.sleep(0.001)
        operation = fired(chain_, 'start')
    else:
        pod, _ = begin(chain_, before=lambda _: chain_.fs.plan(faultfs.NOTHING))
        steps['start'] = chain_.fs.steps
        hang('end')
        pod.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while not (chain_.fs.fired or pod.has_ended()) and time.monotonic() < until:
            time.sleep(0.0005)
        operation = fired(chain_)
    ended = pod.has_ended()
    pod.signal(signal.SIGKILL)
    chain_.fs.plan(faultfs.FAIL_FROM, at=0, mask=7, error=errno.EIO)  # what hangs is not done after all
    pod.wait(chain.PATIENCE)
    chain_.disk.cut()
    this = chain_.autopsy(pod)
    chain_.expect(not ended or this.code != chain.CHECKPOINT or this.committed, f'lost its checkpoint to the power cut (at {operation})', pod)
    return 'checkpoint' if this.committed else 'none'


def lock_holder_disappears(chain_):
    """It stands still, as on a node that nobody reaches, while its successor waits for the directory; then it is gone."""
    pod, _ = begin(chain_)
    pod.signal(signal.SIGSTOP)
    follower = chain_.start()
    time.sleep(chain_.rng.random() * 0.2)
    pod.signal(signal.SIGKILL)
    pod.wait(chain.PATIENCE)
    chain_.autopsy(pod, terminated=False)
    return after_restore(chain_, follower)


def clock_ahead_or_behind(chain_):
    """Monotonic and boot time of another machine for every pod."""
    wrapper = ['unshare', '--time', '--monotonic', str(chain_.rng.randrange(0, 10_000_000)), '--boottime', str(chain_.rng.randrange(0, 10_000_000)), '--']
    for slot in chain_.slots:
        slot.wrapper = wrapper
    pod, _ = begin(chain_)
    chain_.missed = clocks_of(pod.pid) == clocks_of('self')
    pod.signal(signal.SIGTERM)
    return finish(chain_, pod)


def clocks_of(pid):
    return os.readlink(f'/proc/{pid}/ns/time')


def wall_clock_jumps(chain_):
    """crik's CLOCK_REALTIME jumps by minutes, days and years, once around SIGTERM."""
    def set_clock(seconds):
        with open(chain_.volume + '/clock', 'r+b' if os.path.exists(chain_.volume + '/clock') else 'wb') as file:
            file.write(struct.pack('=q', seconds))
    set_clock(0)
    pod, _ = begin(chain_, env=['LD_PRELOAD=/volume/clockshim.so', 'CLOCKSHIM=/volume/clock'])
    with open(f'/proc/{pod.pid}/maps') as maps:
        chain_.missed = 'clockshim' not in maps.read()
    jump = chain_.rng.choice([-1, 1]) * chain_.rng.choice([60, 3600, 86400, 365 * 86400])
    if chain_.rng.random() < 0.3:
        set_clock(jump)
    pod.signal(signal.SIGTERM)
    time.sleep(chain_.rng.random() * 0.05)
    set_clock(jump)
    result = finish(chain_, pod)
    chain_.expect(result == 'checkpoint', 'made no checkpoint', pod)
    newest = f'{chain_.image_dir}/checkpoints/{max(chain_.ledger.committed, default=0)}/files'
    saved = sum(entry.stat().st_size for entry in os.scandir(newest)) if os.path.isdir(newest) else 0
    chain_.expect(saved < 1 << 20, f'took {saved} bytes of files along, as if the image were the program\'s', pod)
    return result


def signal_storm(chain_):
    """Hundreds of signals while it restores and while it makes its checkpoint."""
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
    ('criu killed in a dump', criu_killed_in_a_dump, {}),
    ('criu hangs in a dump', criu_hangs_in_a_dump, {}),
    ('criu killed in a restore', criu_killed_in_a_restore, {}),
    ('criu hangs in a restore, SIGTERM', criu_hangs_in_a_restore, {}),
    ('criu missing', criu_missing, {}),
    ('criu talks nonsense', criu_talks_nonsense, {}),
    ('image directory emptied', images_removed, {}),
    ('disk full (ext4, 0 to 11 MB free)', disk_full, {'disk': '64M'}),
    ('ENOSPC from step N on (FUSE)', failing(faultfs.FAIL_FROM, errno.ENOSPC, faultfs.SPACE), {'steps': True}),
    ('read-only from step N on (FUSE)', failing(faultfs.FAIL_FROM, errno.EROFS, faultfs.CHANGE), {'steps': True}),
    ('read-only at once (ext4 error)', disk_breaks, {}),
    ('EIO at step N (FUSE)', failing(faultfs.FAIL_ONCE, errno.EIO, faultfs.CHANGE | faultfs.READ), {'steps': True}),
    ('EIO from step N on (FUSE)', failing(faultfs.FAIL_FROM, errno.EIO, faultfs.CHANGE | faultfs.READ), {'steps': True}),
    ('volume hangs at step N (FUSE)', hanging, {'steps': True}),
    ('power cut at step N (ext4)', power_cut, {'steps': True, 'env': ['CRIK_CHECKSUM_PAGES=true']}),
    ('lock holder stands still and goes', lock_holder_disappears, {}),
    ('monotonic clock of another boot', clock_ahead_or_behind, {}),
    ('wall clock jumps (LD_PRELOAD)', wall_clock_jumps, {}),
    ('signal storm', signal_storm, {}),
]


def leave_a_checkpoint(chain_):
    """Of a pod that nothing happens to: there is something to lose."""
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
