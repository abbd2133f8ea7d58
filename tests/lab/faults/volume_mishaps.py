"""A volume that is emptied, full, read-only or broken, or that loses its power."""
import contextlib, errno, os, signal, subprocess, time

import chain, faultfs, ledger
from lives import GRACE, IN_ORDER, LATE, PROGRAM, after_restore, begin, fired, finish, in_a_restore, some_step


def images_removed(chain_):
    """Everything in the directory is removed. Its checkpoints are lost, and rightly; the program must not be."""
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
    """Returns a case in which an operation fails, or one and all after it, at a step of a checkpoint or of a start."""
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
            # between the rename of a checkpoint and its sync the volume went for good, so that the rename could not
            # be taken back
            if action == faultfs.FAIL_FROM and operation.startswith(('open directory', 'fsync of directory')) and pod.code == PROGRAM and result == 'checkpoint':
                chain_.ledger.ran_on()
                return 'checkpoint, program ran on'
        return result
    return case


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
    """The power goes at a step: what was not on the disk is gone, and so is everything that ran."""
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
