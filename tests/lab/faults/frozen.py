"""Programs that stay frozen because the kernel does not let their tracer die."""
import signal

import pods

EXITING = 0x4  # PF_EXITING of include/linux/sched.h


def tree(pid):
    """A process and all that descend from it."""
    found, parents = [], [pid]
    while parents:
        parent = parents.pop()
        found.append(parent)
        parents += pods.children_of(parent)
    return found


def status(pid):
    with open(f'/proc/{pid}/status') as file:
        return dict(line.rstrip('\n').split(':\t', 1) for line in file)


def is_being_killed(pid):
    """Whether a process has SIGKILL, and lives only because it is in a call that nothing ends."""
    now = status(pid)
    pending = int(now['SigPnd'], 16) | int(now['ShdPnd'], 16)
    with open(f'/proc/{pid}/stat') as file:
        flags = int(file.read().rpartition(')')[2].split()[6])
    return bool(pending >> signal.SIGKILL - 1 & 1 or flags & EXITING)


def excuse(pod):
    """Why a program stays frozen although its tracer was killed; None when that is not so."""
    for pid in tree(pod.pid):
        try:
            tracer = int(status(pid)['TracerPid'])
            if tracer and is_being_killed(tracer):
                return 'criu was killed and cannot die'
        except OSError:
            continue  # it ended
    return None
