"""CPython: an HTTP server with threads, an asyncio loop, a pool of processes, and memory that they share."""
import json
from lab import Program, expect


class CPython(Program):
    title = 'CPython: threads, asyncio, pool'
    state = 'threads, asyncio timers and queue, a multiprocessing pool at work, its shared memory, semaphores and manager'

    def state_of(self, pod):
        return json.loads(pod.get('/'))

    def fill(self, pod):
        self.last = pod.until(lambda: self.state_of(pod), 'the server')
        self.jobs = 0

    def before(self, pod):
        self.jobs += 1
        pod.get(f'/submit?{self.jobs}')  # a worker sleeps while the checkpoint is made
        self.last = self.state_of(pod)

    def check(self, pod):
        now = self.state_of(pod)
        for key in ('pid', 'started', 'workers', 'shared name'):
            expect(now[key] == self.last[key], f'{key} was {self.last[key]} and is {now[key]}')
        for key in ('thread', 'asyncio', 'shared', 'manager', 'pipe'):
            pod.until(lambda: self.state_of(pod)[key] > self.last[key], f'{key} continues from {self.last[key]}')
        pod.until(lambda: self.state_of(pod)['results'] == [number ** 2 for number in range(1, self.jobs + 1)], 'the results of the pool')
        expect(json.loads(pod.get('/map')) == [number ** 3 for number in range(50)], 'the pool does not work any more')
        expect(json.loads(pod.get('/attach')) > self.last['shared'], 'the shared memory cannot be found by its name')
