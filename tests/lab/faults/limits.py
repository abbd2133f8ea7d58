"""Limits of the pod that are reached: processes, descriptors, memory, and a standard error that nobody reads."""
import fcntl, os, pathlib, re, resource, subprocess, time

import deadline, pods

AT_START, RUNNING, AT_SIGTERM = 'at start', 'while running', 'at SIGTERM'
MOMENTS = (AT_START, RUNNING, AT_SIGTERM)
MIB = 1 << 20
BALLAST = 24 * MIB  # of memory that a pod with a limit has in use beside the witness


def at_some_moment(link, reach, **options):
    """One pod in which reach(pod id, moment) does the mishap."""
    moment = next(vars(link).setdefault('order', deadline.shuffled(MOMENTS, link.rng)))
    what = []

    def reach_it(pid):
        what.append(f'{reach(pid, moment)}, {moment}')
    pod = link.start(before=reach_it if moment == AT_START else None, errors=options.pop('errors', None))
    deadline.wait_until_it_runs(link, pod, deadline.STARTED if moment == AT_START else deadline.chain.PATIENCE)
    deadline.pause(link, 0.05)
    if moment == RUNNING and not pod.has_ended():
        reach_it(pod.pid)
        deadline.pause(link, 0.5)

    def at_sigterm():
        if moment == AT_SIGTERM and not pod.has_ended():
            deadline.pause(link, 0.01)
            reach_it(pod.pid)
    return deadline.terminate(link, pod, at_sigterm, happened=lambda: what and what[0], **options)


def cgroup(controller, pid):
    """The directory of a process's control group; version 1 has a tree for each controller."""
    with open(f'/proc/{pid}/cgroup') as file:
        groups = [line.rstrip('\n').split(':', 2) for line in file]
    of_version_1 = [path for _, names, path in groups if controller in names.split(',')]
    if of_version_1:
        return f'/sys/fs/cgroup/{controller}{of_version_1[0]}'
    return '/sys/fs/cgroup' + next(path for _, names, path in groups if not names)


def read_number(*names):
    """The number in the first of these files that is there."""
    with open(next(name for name in names if os.path.exists(name))) as file:
        return int(file.read())


def write(value, *names):
    with open(next(name for name in names if os.path.exists(name)), 'w') as file:
        file.write(str(value))


def processes(link):
    """pids.max is reached: nothing can start a thread or a process."""
    def reach(pid, moment):
        group = cgroup('pids', pid)
        least = 1 if moment == AT_START else read_number(group + '/pids.current')
        most = least + link.rng.randrange(12 if moment == AT_START else 4)
        write(most, group + '/pids.max')
        return f'pids.max {most}, {most - least} more'
    return at_some_moment(link, reach)


def descriptors(link):
    """RLIMIT_NOFILE is reached: crik and what it starts can open nothing more, or very little."""
    def reach(pid, moment):
        least = 12 if moment == AT_START else 1 + max(int(name) for name in os.listdir(f'/proc/{pid}/fd'))
        most = least + link.rng.randrange(12 if moment == AT_START else 5)
        # a lower hard limit at the start would forbid criu to give the program its own limit back
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
        return f'RLIMIT_NOFILE {most}, {most - least} more'
    return at_some_moment(link, reach)


def memory(link):
    """The memory limit is reached, so that the kernel kills a process of the pod.

    That should be criu: crik can offer it to the kernel."""
    groups, ballast = [], f'{link.volume}.ballast'

    def reach(pid, moment):
        group = cgroup('memory', pid)
        groups.append(group)
        fill(group, ballast)
        used = read_number(group + '/memory.usage_in_bytes', group + '/memory.current')
        most = used + link.rng.choice([0, MIB // 4, MIB, 4 * MIB, 16 * MIB])
        most = max(most, BALLAST + 8 * MIB) if moment == AT_START else most
        write(most, group + '/memory.limit_in_bytes', group + '/memory.max')
        return f'{most // 1024} KiB of memory, {(most - used) // 1024} KiB more'

    try:
        with KernelReports() as reports:
            return at_some_moment(link, reach, excuse=lambda: reports.excuse(sum(map(kills_in, groups)), *(slot.name for slot in link.slots)))
    finally:
        pathlib.Path(ballast).unlink(missing_ok=True)


def fill(group, file):
    """Charges a file on a tmpfs to a control group.

    The witness and crik need some 5 MiB, and no pod has so low a limit. The kernel counts oom_score_adj in thousandths of the
    limit, in whole pages (oom_badness in mm/oom_kill.c): below 4,000 KiB it does not count at all, and below 16 MiB less than
    the pages of crik."""
    subprocess.run(['sh', '-c', 'echo $$ >"$1/cgroup.procs" && exec head -c "$2" /dev/zero >"$3"', 'sh', group, str(BALLAST), file], check=True)


def kills_in(group):
    """How many processes of this control group the kernel has killed for want of memory."""
    with open(next(name for name in (group + '/memory.oom_control', group + '/memory.events') if os.path.exists(name))) as file:
        return int(dict(line.split() for line in file)['oom_kill'])


class KernelReports:
    """What the kernel reports about processes that it kills for want of memory.

    It reports at most ten kills in five seconds (oom_kill_process in mm/oom_kill.c). Therefore pods take turns, and after each
    comes a pause for every kill."""

    PAUSE = 1  # seconds for each kill

    def __enter__(self):
        self._turn = os.open(pods.lab.RUN, os.O_RDONLY)
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        self._log = os.open('/dev/kmsg', os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self._log, 0, os.SEEK_END)
        self._kills = 0
        return self

    def __exit__(self, *_):
        os.close(self._log)
        time.sleep(self.PAUSE * self._kills)
        os.close(self._turn)

    def _records(self):
        while True:
            try:
                yield os.read(self._log, 8192).decode(errors='replace').split('\n')[0]
            except BrokenPipeError:
                continue  # the kernel has overwritten what was next
            except BlockingIOError:
                break

    def excuse(self, kills, *names):
        """Returns why crik could not prevent that the kernel killed it or its program; None when it could.

        The kernel kills criu first when crik offers it, but not when there is no criu."""
        self._kills = kills
        reported, alone, there = 0, None, set()
        for record in self._records():
            task = re.search(r';\[ *\d+\] .* (\S+)$', record)
            kill = re.search(r'oom-kill:.*task_memcg=\S*/([^/,]+),task=([^,]*),', record)
            if ' invoked oom-killer:' in record:
                there = set()
            elif task:
                there.add(task[1])
            elif kill and kill[1] in names:
                reported += 1
                if kill[2] in ('crik', 'witness') and 'criu' not in there:
                    alone = alone or f'the kernel killed {kill[2]} and there was no criu'
        return alone or ('the kernel did not report all that it killed' if reported < kills else None)


def standard_error_full(link):
    """Nobody reads what crik and its program write to standard error, and the pipe is full, or has little room."""
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)

        def reach(pid, moment):
            # opened again, so that O_NONBLOCK is not set for crik too
            with os.fdopen(os.open(f'/proc/self/fd/{writer}', os.O_WRONLY | os.O_NONBLOCK), 'wb', buffering=0) as pipe:
                while pipe.write(b'.'):
                    pass
            if link.rng.random() < 0.5:
                return 'standard error is full'
            os.read(reader, 4096)
            return 'standard error takes 4096 bytes more'
        return at_some_moment(link, reach, errors=writer)
    finally:
        os.close(writer)
        os.close(reader)


CASES = [
    ('standard error is full', standard_error_full, {}),
    ('pids.max is reached', processes, {}),
    ('the limit of descriptors is reached', descriptors, {}),
    ('the limit of memory is reached', memory, {}),
]
