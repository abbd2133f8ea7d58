"""Chromium without a screen. The client looks at its page with the DevTools protocol."""
import json
from lab import Program, expect


class Chromium(Program):
    title = 'Chromium, headless'
    state = 'a page: heap, timers, a worker, document, canvas, local storage; a new tab opens afterwards'

    def evaluate(self, pod, expression, *url):
        # In the pod, because Chromium only listens on the loopback interface.
        return pod.execute('node', '--experimental-websocket', '--no-warnings', '/app/browser_client.js', expression, *url).strip()

    def state_of(self, pod):
        return json.loads(self.evaluate(pod, 'state()'))

    def fill(self, pod):
        pod.until(lambda: self.state_of(pod)['answers'], 'the page')
        self.before(pod)

    def before(self, pod):
        self.evaluate(pod, f'add("{pod.number}")')  # rings after half a second, most of which passes in the next pod
        self.last = self.state_of(pod)

    def check(self, pod):
        now = self.state_of(pod)
        for key in ('sum', 'list', 'stored', 'picture'):
            expect(now[key] == self.last[key], f'{key} was {self.last[key]} and is {now[key]}')
        for key in ('ticks', 'frames', 'answers'):
            pod.until(lambda: self.state_of(pod)[key] > self.last[key], f'{key} continues from {self.last[key]}')
        pod.until(lambda: f'{pod.number - 1}' in self.state_of(pod)['rang'], 'the timer rings')
        expect(self.evaluate(pod, '6 * 7', 'about:blank') == '42', 'a new tab does not answer')
