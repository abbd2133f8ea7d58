"""A Go server: goroutines, a channel, a mutex, timers and a file to which it appends."""
from lab import Program, expect


class Go(Program):
    title = 'Go server'
    state = 'goroutines that count, a timer that was set before, a map, an open file'

    def build(self, lab):
        return lab.built('go', ['go/server.go'], 'sh', '-ec', 'cp -r /source/go /tmp/server; cd /tmp/server; export HOME=/tmp CGO_ENABLED=0; go build -o /out/server server.go')

    def fill(self, pod):
        pod.until(lambda: pod.get('/set?key=first&value=1') == 'ok', 'the server')
        self.counted, self.entries = 0, {'first': '1'}
        self.check(pod)

    def before(self, pod):
        number = str(pod.number)
        self.entries[number] = number * 3
        pod.get(f'/set?key={number}&value={number * 3}')
        self.counted = int(pod.get('/count'))
        pod.get(f'/timer?name={number}')  # rings after half a second, most of which passes in the next pod

    def check(self, pod):
        for key, value in self.entries.items():
            expect(pod.get(f'/get?key={key}') == value, f'the map has lost {key}')
        pod.until(lambda: int(pod.get('/count')) > self.counted, 'the goroutine counts')
        if pod.number > 0:
            pod.until(lambda: pod.get(f'/rang?name={pod.number - 1}') == 'yes', 'the timer rings')
        lines = pod.get('/journal').splitlines()
        expect(lines == [f'{key}={value}' for key, value in self.entries.items()], f'the file contains {lines}')
