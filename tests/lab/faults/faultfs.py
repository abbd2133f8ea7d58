"""The harness's side of faultfs: plans a mishap at a step of what is done in a directory, or lets requests hang (faultfs.h)."""
import mmap, os, re, struct, subprocess, time

NOTHING, KILL_BEFORE, KILL_AFTER, FAIL_ONCE, FAIL_FROM, HANG = range(6)
CHANGE, SPACE, READ = 1, 2, 4
PLAN = struct.Struct('=IIIIQQQ232s')  # action, mask, error, pid, at, steps, fired, name

ANSWERS_INTERRUPTS, UNINTERRUPTIBLE, STOPS_READING = 1, 2, 3
NOT_ARMED, ARMED, HANGS, IS_OVER = range(4)
HANGS_OF_REQUESTS = struct.Struct('=IIIIQQ64s168s')  # manner, state, everything, milliseconds, opcodes, skip, after, hung
# The names of the kernel's requests, as linux/fuse.h numbers them.
REQUESTS = {'lookup': (1,), 'getattr': (3,), 'mkdir': (9,), 'unlink': (10,), 'rmdir': (11,), 'rename': (12, 45), 'open': (14,), 'read': (15,),
            'write': (16,), 'statfs': (17,), 'fsync': (20,), 'close': (25,), 'opendir': (27,), 'readdir': (28, 44), 'fsyncdir': (30,), 'create': (35,)}
EVERY_REQUEST = [opcode for opcodes in REQUESTS.values() for opcode in opcodes]


class FaultFs:
    """A directory shown at a mount point by a server that does what it is told."""

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
        """Counts steps from here on. The action is written last, so that the server never sees half a plan."""
        struct.pack_into('=I', self._plan, 0, NOTHING)
        PLAN.pack_into(self._plan, 0, NOTHING, mask, error, pid, at, 0, 0, b'')
        struct.pack_into('=I', self._plan, 0, action)

    @property
    def steps(self):
        """How many steps there were since the plan was made."""
        return PLAN.unpack_from(self._plan)[5]

    @property
    def fired(self):
        """The operation at which it happened; None when it did not."""
        *_, fired, name = PLAN.unpack_from(self._plan)
        return name.split(b'\0')[0].decode(errors='replace') if fired else None

    def hang(self, opcodes, manner, everything=False, seconds=0, after='', skip=0):
        """Lets the first request with one of these opcodes hang, or it and every later request.

        seconds: 0 means until release(). after: a pattern for "operation path" of a step; the hang waits for such a step.
        skip: so many requests pass before one hangs."""
        self.release()
        bits = sum(1 << opcode for opcode in opcodes)
        state = NOT_ARMED if after else ARMED
        HANGS_OF_REQUESTS.pack_into(self._plan, PLAN.size, 0, state, everything, int(seconds * 1000), bits, skip, after.encode(), b'')
        struct.pack_into('=I', self._plan, PLAN.size, manner)

    def release(self):
        """Ends the hang. A request that still hangs fails with EIO and is not carried out."""
        struct.pack_into('=I', self._plan, PLAN.size, 0)

    @property
    def hung(self):
        """The request that hung first, and its caller; None when none did."""
        text = HANGS_OF_REQUESTS.unpack_from(self._plan, PLAN.size)[-1].split(b'\0')[0].decode(errors='replace')
        match = re.fullmatch(r'opcode (\d+) of (.*)', text)
        return match and f'{request_name(int(match[1]))} by {match[2]}'

    def remove(self):
        """Unmounts the directory and ends the server."""
        self.plan(NOTHING)
        self.release()
        subprocess.run(['umount', '-l', self.mountpoint], stderr=subprocess.DEVNULL)
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def request_name(opcode):
    return next((name for name, opcodes in REQUESTS.items() if opcode in opcodes), f'request {opcode}')
