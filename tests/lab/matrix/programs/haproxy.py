"""HAProxy with its workers: sockets that it binds under other names and renames, counters and a map in memory, a reload."""
from lab import Program, expect

ASK = 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy.sock"); s.sendall(sys.argv[1].encode() + b"\\n"); print(s.makefile().read())'
SOCKETS = '/run/haproxy.sock', '/run/web.sock'


class HAProxy(Program):
    title = 'HAProxy'
    state = 'the same worker, its admin socket and a socket for HTTP, with mode and owner; a counter; a changed map; a reload'

    def fill(self, pod):
        pod.until(lambda: pod.get('/ada') == '1 Ada\n', 'haproxy')
        self.counted = 1
        self.admin(pod, 'add map /etc/crik/names.map /alan Alan')
        self.worker, self.files = self.worker_of(pod), self.files_of(pod)
        expect(self.files == '660 root www-data\n600 www-data root\n', f'the sockets have {self.files}')

    def admin(self, pod, command):
        return pod.execute('python3', '-c', ASK, command)

    def worker_of(self, pod):
        return self.admin(pod, 'show info').split('\nPid: ')[1].split()[0]

    def files_of(self, pod):
        return pod.execute('stat', '-c', '%a %U %G', *SOCKETS)

    def check(self, pod):
        expect(self.worker_of(pod) == self.worker, 'another worker answers')
        expect(self.files_of(pod) == self.files, f'the sockets had {self.files} and have {self.files_of(pod)}')
        expect(pod.get('/alan') == f'{self.counted + 1} Alan\n', 'the counter or the map has changed')
        answer = pod.execute('curl', '-sS', '--unix-socket', SOCKETS[1], 'http://pod/alan')
        expect(answer == f'{self.counted + 2} Alan\n', f'the Unix socket answers {answer}')
        self.counted += 2
        if pod.number == 2:  # a new worker takes the sockets over, and has its own counter and map
            pod.execute('pkill', '-USR2', '-o', '-x', 'haproxy')
            pod.until(lambda: self.worker_of(pod) != self.worker, 'the reload')
            self.worker, self.counted = self.worker_of(pod), 0
            self.admin(pod, 'add map /etc/crik/names.map /alan Alan')
