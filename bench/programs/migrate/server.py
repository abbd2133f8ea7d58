"""server.py MIB: fills so much memory with random bytes, then answers every connection with one line: a word that only this run of the
program has, and the seconds that filling has taken. To `sum` it answers with a sum of all the memory."""
import os
import random
import signal
import socket
import sys
import time
import zlib


def end(*_):
    print(f'SIGTERM at {time.time():.6f}', flush=True)
    os._exit(0)


signal.signal(signal.SIGTERM, end)  # crik makes a checkpoint instead; without crik the program ends at once
began = time.monotonic()
memory = [os.urandom(1 << 20) for _ in range(int(sys.argv[1]))]
filled = time.monotonic() - began
word = ''.join(random.choices('abcdefghijklmnopqrstuvwxyz', k=8))
listener = socket.create_server(('', 8080), backlog=64)
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            request = connection.recv(64)
            if request.startswith(b'sum'):
                total = 0
                for part in memory:
                    total = zlib.crc32(part, total)
                connection.sendall(f'{word} {total}\n'.encode())
            else:
                memory[random.randrange(len(memory))][random.randrange(1 << 20)]  # an answer needs a page
                connection.sendall(f'{word} {filled:.3f}\n'.encode())
        except OSError:
            pass  # the client did not wait
