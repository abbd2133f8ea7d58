"""The other end of faultfs.c: plans a mishap at a step of what is done in a directory."""
import mmap, os, struct, subprocess, time

NOTHING, KILL_BEFORE, KILL_AFTER, FAIL_ONCE, FAIL_FROM, HANG = range(6)
CHANGE, SPACE, READ = 1, 2, 4
PLAN = struct.Struct('=IIIIQQQ232s')  # action, mask, error, pid, at, steps, fired, name


class FaultFs:
    def __init__(self, program, directory, mountpoint, plan_file):
        self.mountpoint = mountpoint
        os.makedirs(mountpoint, exist_ok=True)
        with open(plan_file, 'wb') as file:
            file.truncate(mmap.PAGESIZE)
        with open(plan_file, 'r+b') as file:
            self._plan = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        with open(plan_file + '.log', 'w') as log:
            self._server = subprocess.Popen([program, directory, mountpoint, plan_file], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not os.path.ismount(mountpoint):
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise OSError(f'faultfs does not come up: see {plan_file}.log')
            time.sleep(0.01)

    def plan(self, action, at=0, mask=CHANGE, error=0, pid=0):
        """Counts steps from here on. The action is written last, so that a plan is there as a whole."""
        struct.pack_into('=I', self._plan, 0, NOTHING)
        PLAN.pack_into(self._plan, 0, NOTHING, mask, error, pid, at, 0, 0, b'')
        struct.pack_into('=I', self._plan, 0, action)

    @property
    def steps(self):
        return PLAN.unpack_from(self._plan)[5]

    @property
    def fired(self):
        """The operation at which it happened; None when it did not."""
        *_, fired, name = PLAN.unpack_from(self._plan)
        return name.split(b'\0')[0].decode(errors='replace') if fired else None

    def remove(self):
        self.plan(NOTHING)
        subprocess.run(['umount', '-l', self.mountpoint], stderr=subprocess.DEVNULL)
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
