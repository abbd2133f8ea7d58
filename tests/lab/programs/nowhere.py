"""nowhere.py WHAT: a program that counts and, at SIGUSR1, opens or does something that no new pod could restore. It ends with 7 on SIGTERM.
nowhere.py owner: a process outside of the program that has a terminal, whose other end the program asks for."""
import ctypes, os, shutil, signal, socket, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
kept = []


def process_outside():
    """Opens a file of the process `owner`."""
    while not kept:
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/cmdline') as command:
                    if command.read().endswith('owner\0'):
                        kept.append(open(f'/proc/{pid}/stat'))
            except (FileNotFoundError, ProcessLookupError):
                pass  # this process has ended


def thread():
    waiting = threading.Thread(target=threading.Event().wait, daemon=True)
    waiting.start()
    kept.append(open(f'/proc/self/task/{waiting.native_id}/stat'))


def device():
    os.mknod('/tmp/null', 0o20666, os.makedev(1, 3))
    kept.append(open('/tmp/null'))


def file_in_dev():
    kept.append(open('/dev/made', 'w'))


def mount():
    for name in ('/tmp/one', '/tmp/two'):
        os.mkdir(name)
    open('/tmp/one/file', 'w').close()
    if libc.mount(b'/tmp/one', b'/tmp/two', None, 4096, None) != 0:  # MS_BIND
        sys.exit(os.strerror(ctypes.get_errno()))
    kept.append(open('/tmp/two/file'))


def link():
    os.symlink('/etc/passwd', '/tmp/link')
    kept.append(os.open('/tmp/link', os.O_PATH | os.O_NOFOLLOW))


def hidden():
    """criu records the directory of a process with some bytes too many (check_path_remap, criu/files-reg.c)."""
    os.chdir('/proc/self')


def deleted_directory():
    for _ in range(2):
        os.mkdir('/tmp/directory')
        kept.append(os.open('/tmp/directory', os.O_RDONLY))
        os.rmdir('/tmp/directory')


def directory_in_another():
    os.makedirs('/tmp/directory/below')
    kept.append(os.open('/tmp/directory', os.O_RDONLY))
    kept.append(os.open('/tmp/directory/below', os.O_RDONLY))
    shutil.rmtree('/tmp/directory')


def directory_made_again():
    os.mkdir('/tmp/directory')
    kept.append(os.open('/tmp/directory', os.O_RDONLY))
    os.rmdir('/tmp/directory')
    os.mkdir('/tmp/directory')
    open('/tmp/directory/file', 'w').close()


def terminal():
    while not kept:
        with socket.socket(socket.AF_UNIX) as asked:
            if asked.connect_ex('\0owner') == 0:
                kept.extend(socket.recv_fds(asked, 1, 1)[1])


def owner():
    master, slave = os.openpty()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind('\0owner')
    listener.listen()
    socket.send_fds(listener.accept()[0], [b'x'], [slave])
    time.sleep(1000)


def program_in_memory():
    program = os.memfd_create('program')
    with open('/bin/sleep', 'rb') as sleep:
        os.write(program, sleep.read())
    ready, running = os.pipe()
    if os.fork() == 0:
        os.execve(f'/proc/self/fd/{program}', ['sleep', '1000'], {})
    os.close(running)
    os.read(ready, 1)  # until the new program runs, and the descriptors are closed


def address():
    kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    kept[0].setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND
    kept[0].bind(('192.0.2.1', 9))


if sys.argv[1] == 'owner':
    owner()

wanted = []
signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
signal.signal(signal.SIGUSR1, lambda *_: wanted.append(sys.argv[1]))
n = 0
while True:
    n += 1
    print('count', n, flush=True)
    if wanted:
        globals()[wanted.pop()]()
        print('made', flush=True)
    time.sleep(0.05)
