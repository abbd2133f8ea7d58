"""Locks and leases. /proc/locks shows them with inodes, so the test takes them from fdinfo."""
import fcntl, os, re, struct

from table import file, info, own, path, row, rows

OFD_SETLK = 37                           # fcntl(2)


def locks(one):
    return ' '.join(re.sub(r'\b\d+ [0-9a-f]+:[0-9a-f]+:\d+', 'FILE', entry) for entry in info(one).split(' | ') if entry.startswith('lock:'))


def lock(name, action):
    one = file(name)
    action(one)
    return lambda: locks(one)


def range_of(kind, start=2, length=3):
    return struct.pack('hhqqi4x', kind, os.SEEK_SET, start, length, 0)


rows([
    ('flock exclusive', 'flock', lambda one: fcntl.flock(one, fcntl.LOCK_EX)),
    ('flock shared', 'flock-shared', lambda one: fcntl.flock(one, fcntl.LOCK_SH)),
    ('record lock for writing', 'record', lambda one: fcntl.lockf(one, fcntl.LOCK_EX, 5, 10)),
    ('record lock for reading', 'record-shared', lambda one: fcntl.lockf(one, fcntl.LOCK_SH)),
    ('two record locks', 'records', lambda one: (fcntl.lockf(one, fcntl.LOCK_EX, 5, 10), fcntl.lockf(one, fcntl.LOCK_SH, 5, 20))),
    ('lock of an open file for writing', 'open-file', lambda one: fcntl.fcntl(one, OFD_SETLK, range_of(fcntl.F_WRLCK))),
    ('lock of an open file for reading', 'open-file-shared', lambda one: fcntl.fcntl(one, OFD_SETLK, range_of(fcntl.F_RDLCK))),
    ('lease for writing', 'lease', lambda one: fcntl.fcntl(one, fcntl.F_SETLEASE, fcntl.F_WRLCK)),
], lock)


@row
def lease_for_reading():
    os.close(file('lease-shared'))
    one = os.open(path('lease-shared'), os.O_RDONLY)
    fcntl.fcntl(one, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    return lambda: locks(one)


@own('two locks')
def lock_of_two_processes():
    one = file('shared-lock')
    fcntl.flock(one, fcntl.LOCK_EX)
    reader, writer = os.pipe()
    back, answers = os.pipe()
    if os.fork() == 0:
        while os.read(reader, 1):
            other = os.open(path('shared-lock'), os.O_RDWR)
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.write(answers, b'free')
            except BlockingIOError:
                os.write(answers, locks(one).encode())
            os.close(other)

    def look():
        os.write(writer, b'x')
        return os.read(back, 100).decode()
    return look
