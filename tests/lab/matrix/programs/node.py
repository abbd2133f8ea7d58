"""Node.js: an HTTP server with timers, a worker thread, a child process and a file that it watches."""
import json
from lab import Program, expect


class Node(Program):
    title = 'Node.js server'
    state = 'objects by checksum, timers, a worker thread, a child process, file watches'

    def state_of(self, pod):
        return json.loads(pod.get('/'))

    def fill(self, pod):
        pod.until(lambda: self.state_of(pod), 'the server')
        self.before(pod)

    def before(self, pod):
        pod.get(f'/grow?items={20_000}')
        pod.get(f'/later?name={pod.number}')  # rings after half a second, most of which passes in the next pod
        self.last = self.state_of(pod)

    def check(self, pod):
        now = self.state_of(pod)
        for key in ('items', 'sum', 'pid', 'child'):
            expect(now[key] == self.last[key], f'{key} was {self.last[key]} and is {now[key]}')
        for key in ('ticks', 'worker', 'answers'):
            pod.until(lambda: self.state_of(pod)[key] > self.last[key], f'{key} continues from {self.last[key]}')
        pod.until(lambda: f'{pod.number - 1}' in self.state_of(pod)['rang'], 'the timer rings')
        seen = now['seen']
        pod.get(f'/touch?name=from-pod-{pod.number}')
        pod.until(lambda: self.state_of(pod)['seen'] > seen, 'the watch sees a new file')
