"""passing.py keep|close: a child sends a file and a pipe to its parent through a Unix socket, and keeps or closes them. They are nearly always on
their way. Counts as long as the right ones arrive."""
import os, socket, sys, time


def child(ours):
    n = 0
    while True:
        n += 1
        file = os.open('/dev/shm/sent', os.O_RDWR | os.O_CREAT)
        os.unlink('/dev/shm/sent')
        reader, writer = os.pipe()
        os.write(file, b'file %d' % n)
        os.write(writer, b'pipe %d' % n)
        os.close(writer)
        socket.send_fds(ours, [b'x'], [file, reader])
        if sys.argv[1] == 'close':
            os.close(file), os.close(reader)
        assert ours.recv(1) == b'x'
        if sys.argv[1] == 'keep':
            os.close(file), os.close(reader)


def main():
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        child(theirs)
    theirs.close()
    n = 0
    while True:
        n += 1
        time.sleep(0.1)
        _, (file, pipe), _, _ = socket.recv_fds(ours, 1, 2)
        assert os.pread(file, 100, 0) == b'file %d' % n
        assert os.read(pipe, 100) == b'pipe %d' % n
        os.close(file), os.close(pipe)
        ours.send(b'x')
        print('count', n, flush=True)


main()
