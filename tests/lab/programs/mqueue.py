"""mqueue.py: has POSIX message queues open, checks them and counts. With an argument it also waits for a notification (mq_notify)."""
import ctypes, os, sys, time

libc = ctypes.CDLL(None, use_errno=True)


def done(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def queue(name, flags=os.O_RDWR | os.O_CREAT):
    return done(libc.mq_open(name, flags, 0o660, (ctypes.c_long * 8)(0, 5, 32)))


def send(to, text, priority=0):
    done(libc.mq_send(to, text, len(text), priority))


def receive(of):
    priority, text = ctypes.c_uint(), ctypes.create_string_buffer(32)
    return text[:done(libc.mq_receive(of, text, 32, ctypes.byref(priority)))], priority.value


os.umask(0)
kinds, removed, work, answers = queue(b'/kinds'), queue(b'/removed'), queue(b'/work'), queue(b'/answers')
done(libc.mq_unlink(b'/removed'))
mounted = os.open('/dev/mqueue/kinds', os.O_RDWR | os.O_NONBLOCK) if os.path.exists('/dev/mqueue/kinds') else kinds
WAITING = [(b'high', 9), (b'first', 1), (b'second', 1)]
for text, priority in WAITING:
    send(kinds, text, priority)
send(removed, b'kept', 3)
if os.fork() == 0:
    while True:
        send(answers, receive(work)[0])  # waits most of the time
if len(sys.argv) > 1:
    done(libc.mq_notify(answers, (ctypes.c_int * 16)(0, 0, 0, 1)))  # SIGEV_NONE
    while True:
        time.sleep(1)
n = 0
while True:
    n += 1
    found = [receive(kinds) for _ in WAITING]
    for text, priority in found:
        send(mounted, text, priority)
    assert found == WAITING, found
    kept = receive(removed)
    send(removed, *kept)
    assert kept == (b'kept', 3), kept
    again = queue(b'/kinds', os.O_RDWR)
    attributes = (ctypes.c_long * 8)()
    done(libc.mq_getattr(again, attributes))
    assert attributes[1:4] == [5, 32, 3] and os.fstat(again).st_mode & 0o777 == 0o660, attributes[:]
    os.close(again)
    send(work, b'%d' % n)
    assert receive(answers)[0] == b'%d' % n
    print('count', n, flush=True)
    time.sleep(0.05)
