"""CPython 3.14 with each way to start a process. Other processes look for the shared memory and the managers by their names."""
import json, os
from lab import LAB, Program, expect

METHODS = 'fork', 'forkserver', 'spawn'
LOOK = '''import json, multiprocess, sys
from multiprocessing import shared_memory
def look(method):
    memory, manager = shared_memory.SharedMemory(f'count-{method}', track=False), multiprocess.Manager(method)
    manager.connect()
    return multiprocess.COUNT.unpack_from(memory.buf, 0)[0], manager.sums().get('sum')
print(json.dumps({method: look(method) for method in sys.argv[1:]}))'''


class Multiprocess(Program):
    title = 'CPython 3.14: multiprocessing'
    state = 'for fork, forkserver and spawn: queues, a lock, a semaphore, a value, a pool, a manager, shared memory; the same processes'
    root = 'experimental'

    def build(self, lab):
        return os.path.join(LAB, 'programs')

    def look(self, pod):
        return json.loads(pod.execute('env', 'PYTHONPATH=/app', 'python3', '-c', LOOK, *METHODS))

    def processes_of(self, pod):
        return pod.execute('pgrep', '-x', 'python3.*').split()

    def fill(self, pod):
        pod.until(lambda: all(total for _, total in self.look(pod).values()), 'the workers of all methods')
        self.last = self.look(pod)
        self.check(pod)
        self.processes = self.processes_of(pod)

    def before(self, pod):
        self.last = self.look(pod)

    def check(self, pod):
        for method in METHODS:
            pod.until(lambda: self.look(pod)[method][0] > self.last[method][0] + 2, f'the workers of {method} count on from {self.last[method][0]}')
            expect(self.look(pod)[method][1] > self.last[method][1], f'the manager of {method} does not sum')
        if pod.number > 0:
            expect(self.processes_of(pod) == self.processes, f'the processes were {self.processes} and are {self.processes_of(pod)}')
