"""keys.py: says what a terminal makes of its keys: signals, lines, a new size. Prints a counter too."""
import fcntl, os, signal, struct, sys, termios, threading, time


def say(*words):
    """From a handler: print may be at work in what it interrupts."""
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
