"""hold.py MIB [PROCESSES]: fills that much memory and counts. On SIGTERM it checks the memory, prints the result and ends with 7."""
import os, signal, sys, time

mib, processes = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
block = bytearray(os.urandom(1 << 20))
memory = [bytearray(block) for _ in range(mib)]
for _ in range(processes - 1):
    if os.fork() == 0:
        while True:
            time.sleep(1)


def term(*_):
    whole = all(part == block for part in memory)
    os.write(1, b'got TERM, memory whole\n' if whole else b'got TERM, memory DAMAGED\n')  # not print, which the signal may have interrupted
    os._exit(7)


signal.signal(signal.SIGTERM, term)
n = 0
while True:
    n += 1
    print('count', n, flush=True)
    time.sleep(0.1)
