"""keys.py: prints what comes from its terminal: signals, lines, a new size. It also prints a counter."""
import fcntl, os, signal, struct, sys, termios, threading, time


def say(*words):
    """Prints from a signal handler. Not with print, which the signal may have interrupted."""
    os.write(1, (' '.join(map(str, words)) + '\n').encode())


def got(number, _):
    say('got', signal.Signals(number).name)


def size():
    return struct.unpack('HHHH', fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))[:2]


def resized(*_):
    say('got SIGWINCH', *size())


for s in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
    signal.signal(s, got)
signal.signal(signal.SIGWINCH, resized)


def count():
    n = 0
    while True:
        n += 1
        print('count', n, flush=True)
        time.sleep(0.1)


threading.Thread(target=count, daemon=True).start()
while True:
    line = sys.stdin.readline()
    if not line:
        time.sleep(0.1)
    elif line == 'size?\n':
        print('size', *size(), flush=True)
    else:
        print('read', line.strip(), flush=True)
