"""Clocks that differ between machines, and clocks that jump."""
import os, signal, struct, time

from lives import begin, finish


def clock_ahead_or_behind(chain_):
    """Every pod has the monotonic and the boot time of another machine."""
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
