"""An ASP.NET Core server, published with its runtime by the SDK of this machine, with its diagnostics on."""
import json
from lab import Program, expect


class Dotnet(Program):
    title = '.NET server (ASP.NET Core)'
    state = 'a heap by checksum, timers, tasks; file watches, among them the configuration\'s; garbage collection'

    def build(self, lab):
        return lab.built_here('dotnet', ['dotnet/Server.csproj', 'dotnet/Program.cs'], 'dotnet', 'publish', 'Server.csproj', '-c', 'Release', '-o', 'OUT')

    def state_of(self, pod):
        return json.loads(pod.get('/'))

    def fill(self, pod):
        pod.until(lambda: self.state_of(pod), 'the server')
        self.before(pod)

    def before(self, pod):
        pod.get('/grow?count=40')
        pod.get(f'/later?name={pod.number}')  # rings after half a second, most of which passes in the next pod
        self.last = self.state_of(pod)

    def check(self, pod):
        now = self.state_of(pod)
        for key in ('pid', 'count', 'sum'):
            expect(now[key] == self.last[key], f'{key} was {self.last[key]} and is {now[key]}')
        for key in ('ticks', 'looped'):
            pod.until(lambda: self.state_of(pod)[key] > self.last[key], f'{key} continues from {self.last[key]}')
        pod.until(lambda: f'{pod.number - 1}' in self.state_of(pod)['rang'], 'the task ends')
        pod.execute('touch', f'/var/tmp/watched/from-pod-{pod.number}')
        pod.until(lambda: self.state_of(pod)['seen'] == now['seen'] + 1, 'the watch sees a new file')
        pod.execute('sh', '-c', f'echo \'{{"Setting": "from pod {pod.number}"}}\' >/var/tmp/settings.json')
        pod.until(lambda: pod.get('/setting') == f'from pod {pod.number}', 'the configuration is read again')
        expect(int(pod.get('/collect')) > 0, 'no garbage is collected')
