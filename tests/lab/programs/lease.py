"""lease.py rw|w: has a lease on a file of its container, which is open for reading and writing or for writing only. It counts."""
import fcntl, os, signal, sys, time

signal.signal(signal.SIGIO, lambda *_: os.write(1, b'the lease is broken\n'))
file = os.open('/var/tmp/leased', os.O_CREAT | (os.O_WRONLY if sys.argv[1] == 'w' else os.O_RDWR), 0o600)
os.write(file, b'contents')
os.lseek(file, 3, os.SEEK_SET)
small = os.open('/var/tmp/small', os.O_CREAT | os.O_RDWR, 0o600)
os.write(small, b'few')  # criu itself opens only larger files
for leased in file, small:
    fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_WRLCK)
open('/var/tmp/shared', 'w').close()
shared = os.open('/var/tmp/shared', os.O_RDONLY)
fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)
n = 0
while True:
    n += 1
    leases = [fcntl.fcntl(leased, fcntl.F_GETLEASE) for leased in (file, small, shared)]
    assert leases == [fcntl.F_WRLCK, fcntl.F_WRLCK, fcntl.F_RDLCK], leases
    assert os.lseek(file, 0, os.SEEK_CUR) == 3, 'position'
    assert sys.argv[1] == 'w' or os.pread(file, 100, 0) == b'contents', 'contents'
    print('count', n, flush=True)
    time.sleep(0.05)
