"""OpenJDK: an HTTP server whose heap grows while objects come and go, with performance data that jcmd and jstat read."""
from lab import Program, expect


class Java(Program):
    title = 'OpenJDK server'
    state = 'a growing heap by checksum, threads and timers, compiled code, performance data'

    def build(self, lab):
        return lab.built('java', ['java/Server.java'], 'javac', '-d', '/out', '/source/java/Server.java')

    def fill(self, pod):
        pod.until(lambda: pod.get('/count'), 'the server')
        self.blocks = 0
        self.before(pod)

    def before(self, pod):
        self.sum = pod.get('/grow?blocks=40')  # 40 MiB more each time
        self.blocks += 40
        self.count, self.allocated = int(pod.get('/count')), int(pod.get('/allocated'))

    def check(self, pod):
        expect(pod.get('/sum') == f'{self.blocks} {self.sum.split()[1]}', 'the heap has changed')
        pod.until(lambda: int(pod.get('/count')) > self.count, 'a tick of the timer')
        pod.until(lambda: int(pod.get('/allocated')) > self.allocated + 64, 'garbage collection')
        machines = pod.execute('jps')
        expect('Server' in machines, f'jps does not list the server, but {machines.split()}')
        heap = pod.execute('jcmd', machines.split()[machines.split().index('Server') - 1], 'GC.heap_info')
        expect('heap' in heap, f'jcmd printed: {heap}')
        collections = pod.execute('jstat', '-gcutil', machines.split()[machines.split().index('Server') - 1])
        expect('YGC' in collections, f'jstat printed: {collections}')
