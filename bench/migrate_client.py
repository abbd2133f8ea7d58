"""migrate_client.py: asks the servers whose addresses come in the lines of its standard input, each of them every few milliseconds, and
prints the first answer of each after a silence: its time, the address, and the answer. A line `- ADDRESS` ends that."""
import socket
import sys
import threading
import time

PAUSE = 0.005
SILENCE = 0.1
asked = set()


def follow(address):
    last = 0.0
    while address in asked:
        try:
            with socket.create_connection((address, 8080), timeout=SILENCE) as connection:
                connection.sendall(b'hello\n')
                answer = connection.recv(100).decode().strip()
            now = time.time()
            if answer and now - last > SILENCE:
                print(f'{now:.6f} {address} {answer}', flush=True)
            last = now if answer else last
        except OSError:
            pass  # nobody is there yet, or no longer
        time.sleep(PAUSE)


for line in sys.stdin:
    *minus, address = line.split()
    if minus:
        asked.discard(address)
    elif address not in asked:
        asked.add(address)
        threading.Thread(target=follow, args=(address,), daemon=True).start()
