"""A server that uses most of CPython's ways to do several things at once."""
import asyncio, http.server, json, multiprocessing, os, struct, threading, time, urllib.parse
from multiprocessing import shared_memory

COUNT = struct.Struct('Q')


def add(name, semaphore):
    """Runs in a worker for ever. It counts in shared memory, under a semaphore of all workers."""
    memory = shared_memory.SharedMemory(name=name)
    while True:
        with semaphore:
            COUNT.pack_into(memory.buf, 0, COUNT.unpack_from(memory.buf, 0)[0] + 1)
        time.sleep(0.01)


def tell(pipe):
    n = 0
    while True:
        n += 1
        pipe.send(n)
        time.sleep(0.02)


def slowly(number):
    time.sleep(1)
    return number ** 2


def cube(number):
    return number ** 3


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        answer = getattr(self.server.application, 'do_' + url.path[1:])(url.query)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


class Application:
    def __init__(self):
        self.thread_count = self.asyncio_count = self.piped = 0
        self.results = []
        self.memory = shared_memory.SharedMemory(create=True, size=1 << 20)
        semaphore = multiprocessing.Semaphore(1)
        reader, writer = multiprocessing.Pipe(duplex=False)
        self.children = [multiprocessing.Process(target=add, args=(self.memory.name, semaphore), daemon=True) for _ in range(2)]
        self.children.append(multiprocessing.Process(target=tell, args=(writer,), daemon=True))
        for child in self.children:
            child.start()
        self.pool = multiprocessing.Pool(3)
        self.manager = multiprocessing.Manager()
        self.shared = self.manager.dict(count=0)
        self.started = time.time()
        threading.Thread(target=self.count, daemon=True).start()
        threading.Thread(target=self.listen, args=(reader,), daemon=True).start()
        threading.Thread(target=lambda: asyncio.run(self.tick()), daemon=True).start()

    def count(self):
        while True:
            self.thread_count += 1
            self.shared['count'] += 1
            time.sleep(0.02)

    def listen(self, reader):
        while True:
            self.piped = reader.recv()

    async def tick(self):
        queue = asyncio.Queue()

        async def feed():
            while True:
                await asyncio.sleep(0.02)
                await queue.put(1)
        task = asyncio.create_task(feed())
        while not task.done():
            self.asyncio_count += await queue.get()

    def do_(self, _):
        return {'pid': os.getpid(), 'started': self.started, 'workers': [child.pid for child in self.children], 'shared name': self.memory.name,
                'thread': self.thread_count, 'asyncio': self.asyncio_count, 'pipe': self.piped, 'manager': self.shared['count'],
                'shared': COUNT.unpack_from(self.memory.buf, 0)[0], 'results': self.results}

    def do_submit(self, number):
        self.pool.apply_async(slowly, (int(number),), callback=self.results.append)

    def do_map(self, _):
        return self.pool.map(cube, range(50))

    def do_attach(self, _):
        other = shared_memory.SharedMemory(name=self.memory.name)  # found by its name in /dev/shm
        try:
            return COUNT.unpack_from(other.buf, 0)[0]
        finally:
            other.close()


if __name__ == '__main__':
    multiprocessing.set_start_method('fork')
    server = http.server.ThreadingHTTPServer(('0.0.0.0', 8080), Handler)
    server.application = Application()
    server.serve_forever()
