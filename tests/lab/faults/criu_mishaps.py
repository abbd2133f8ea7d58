"""A criu that is killed, hangs, is missing, or talks nonsense."""
import os, shutil, signal, subprocess, time

import ledger, pods
from lives import after_restore, begin, finish, next_criu

BORROWED_CODE = (128 + signal.SIGTRAP, 128 + signal.SIGSEGV)  # a criu that is killed while a task runs its code takes the task along


def hit_criu(chain_, pod, number, usual, restoring=False):
    """Sends a signal to the criu of a pod, somewhere in its life."""
    criu = next_criu(pod, restoring)
    time.sleep(chain_.rng.random() * usual)
    try:
        os.kill(criu, number)
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
    """Without criu nothing is saved or restored. If something was, a real criu was there after all."""
    chain_.missed = result.endswith('checkpoint')
    return result


def garbage(rng):
    """Returns a script that is no criu. Descriptor 3 is the socket."""
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
    """Brings back what was set aside, as an operator does.

    A criu that says its version and fails at everything looks like bad checkpoints."""
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
