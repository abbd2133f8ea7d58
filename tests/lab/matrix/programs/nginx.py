"""nginx from Debian, with workers that run as another user: shared memory, a cache, logs, a reload."""
from lab import Program, expect


class Nginx(Program):
    title = 'nginx, 4 workers'
    state = 'master and the same workers, the counts in shared memory, the cache, the log; a reload and a rotated log after it'

    def fill(self, pod):
        pod.until(lambda: pod.get('/') == 'here\n' and len(self.workers_of(pod)) == 4, 'nginx')
        self.workers, self.cached = self.workers_of(pod), pod.get('/cached')
        expect(set(pod.execute('ps', '-o', 'user=', '-p', ','.join(self.workers)).split()) == {'www-data'}, 'the workers do not run as www-data')
        expect(pod.get('/cached') == self.cached != pod.get('/origin'), 'the answer does not come from the cache')

    def workers_of(self, pod):
        return sorted(pod.execute('pgrep', '-f', 'nginx: worker').split())

    def requests(self, pod):
        return int(pod.get('/counts').split('requests')[1].split()[2])

    def before(self, pod):
        self.log, self.counted = pod.execute('cat', '/var/log/nginx/access.log'), self.requests(pod)

    def check(self, pod):
        expect(self.requests(pod) == self.counted + 1, 'the counters in the shared memory have changed')
        expect(pod.execute('cat', '/var/log/nginx/access.log').startswith(self.log), 'the log has changed')
        expect(self.workers_of(pod) == self.workers, f'the workers were {self.workers} and are {self.workers_of(pod)}')
        for _ in range(20):
            expect(pod.get('/cached') == self.cached, 'the cache has changed')
        if pod.number == 2:  # nginx still obeys its signals: it starts new workers and opens a new log
            pod.execute('nginx', '-c', '/etc/crik/nginx.conf', '-s', 'reload')
            pod.until(lambda: len(self.workers_of(pod)) == 4 and not set(self.workers) & set(self.workers_of(pod)), 'the reload')
            self.workers = self.workers_of(pod)
            pod.execute('mv', '/var/log/nginx/access.log', '/var/log/nginx/access.log.1')
            pod.execute('nginx', '-c', '/etc/crik/nginx.conf', '-s', 'reopen')
            pod.until(lambda: pod.get('/') and 'GET' in pod.execute('cat', '/var/log/nginx/access.log'), 'the new log')
