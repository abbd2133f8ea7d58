"""nginx with workers, shared memory zones, a cache and logs; everything as root, for several users want more (see README)."""
from lab import Program, expect


class Nginx(Program):
    title = 'nginx, 4 workers'
    state = 'master and the same workers, a limit counted in shared memory, the log, a reload and a rotated log after it'
    command = ['nginx', '-c', '/matrix/nginx.conf', '-g', 'daemon off;']

    def fill(self, pod):
        pod.until(lambda: pod.get('/') == 'here\n', 'nginx')
        self.requests, self.workers = 0, self.workers_of(pod)
        expect(len(self.workers) == 4, f'the workers are {self.workers}')
        self.check(pod)

    def workers_of(self, pod):
        return sorted(pod.execute('pgrep', '-f', 'nginx: worker').split())

    def before(self, pod):
        self.log = pod.execute('cat', '/var/log/nginx/matrix.log')

    def check(self, pod):
        expect(self.workers_of(pod) == self.workers, f'the workers were {self.workers} and are {self.workers_of(pod)}')
        if pod.number > 0:
            expect(pod.execute('cat', '/var/log/nginx/matrix.log') == self.log, 'the log has changed')
            # The zone has no place left until the hour is over: it was used up in the first pod.
            expect(self.code(pod, '/limited') == '429', 'the shared memory zone has forgotten its count')
        else:
            codes = [self.code(pod, '/limited') for _ in range(3)]
            expect(codes == ['200', '200', '429'], f'the limit does not work: {codes}')
        for _ in range(20):
            expect(pod.get('/proxied') == 'here\n', 'the proxy does not work')
        if pod.number == 2:  # a running nginx takes signals: new workers, and a new log
            pod.execute('nginx', '-c', '/matrix/nginx.conf', '-s', 'reload')
            pod.until(lambda: len(self.workers_of(pod)) == 4 and not set(self.workers) & set(self.workers_of(pod)), 'the reload')
            self.workers = self.workers_of(pod)
            pod.execute('mv', '/var/log/nginx/matrix.log', '/var/log/nginx/matrix.log.1')
            pod.execute('nginx', '-c', '/matrix/nginx.conf', '-s', 'reopen')
            pod.until(lambda: pod.get('/') and 'GET' in pod.execute('cat', '/var/log/nginx/matrix.log'), 'the new log')

    def code(self, pod, path):
        return pod.ask('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '20', f'http://ADDRESS:8080{path}')
