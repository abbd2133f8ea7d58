"""sockets.py DIRECTORY: binds Unix sockets there, moves their files, and counts as long as each is reached by its present names only."""
import ctypes, os, socket, stat, struct, sys, time

os.umask(0o22)
os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
HERE = os.getcwd()
LONG = 'd' * 100 + '/' + 'e' * 60
USER = 1000 if os.getuid() == 0 else os.getuid()


def server(name, kind=socket.SOCK_STREAM, absolute=True):
    one = socket.socket(socket.AF_UNIX, kind)
    one.bind(os.path.join(HERE, name) if absolute else name)
    if kind == socket.SOCK_STREAM:
        one.listen()
    return one


def client(name, kind=socket.SOCK_STREAM):
    one = socket.socket(socket.AF_UNIX, kind)
    file = os.open(name, os.O_PATH)
    one.connect(f'/proc/self/fd/{file}')  # because a path may be too long for an address
    os.close(file)
    return one


def talk(ours, theirs):
    ours.send(b'hello')
    assert theirs.recv(100) == b'hello'


servers = {}  # the sockets that are reached, by all their names
servers['plain', ] = server('plain')
servers['relative', ] = server('relative', absolute=False)

servers['real', 'link', 'other/link'] = server('bound')
os.mkdir('other')
os.rename('bound', 'real')
os.link('real', 'link')
os.link('real', 'other/link')

servers['second', ] = server('bound')
os.rename('bound', 'second')

os.mkdir('temporary')
servers['moved', ] = server('temporary/bound')
os.rename('temporary/bound', 'moved')
os.rmdir('temporary')

servers['linked', ] = server('unlinked')
os.link('unlinked', 'linked')
os.unlink('unlinked')

os.makedirs(LONG)
servers[f'{LONG}/short', ] = server('bound')
os.rename('bound', f'{LONG}/short')
servers[f'{LONG}/{"f" * 100}', ] = server('bound')
os.rename('bound', f'{LONG}/{"f" * 100}')

full = '-' * (107 - len(HERE))  # a path without room for the last zero byte; Python itself refuses it
servers[full, ] = socket.socket(socket.AF_UNIX)
assert ctypes.CDLL(None).bind(servers[full, ].fileno(), struct.pack('=H108s', socket.AF_UNIX, f'{HERE}/{full}'.encode()), 110) == 0
servers[full, ].listen()

datagrams = server('bound', socket.SOCK_DGRAM)
os.rename('bound', 'datagrams')
sender = client('datagrams', socket.SOCK_DGRAM)

nameless = server('bound')
os.rename('bound', 'nameless')
kept_by_nameless = client('nameless')
accepted_by_nameless, _ = nameless.accept()
os.unlink('nameless')

kept = client('link')
accepted, _ = servers['real', 'link', 'other/link'].accept()

for number, names in enumerate(servers):
    os.chmod(names[0], 0o600 + number)
    os.chown(names[0], USER, USER)

n = 0
while True:
    n += 1
    for number, (names, one) in enumerate(servers.items()):
        for name in names:
            found = os.lstat(name)
            assert stat.S_ISSOCK(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o600 + number, f'{name} has mode {found.st_mode:o}'
            assert (found.st_uid, found.st_gid, found.st_nlink) == (USER, USER, len(names)), f'{name} has {found}'
            ours = client(name)
            talk(ours, one.accept()[0])
    talk(kept, accepted)
    talk(kept_by_nameless, accepted_by_nameless)
    talk(sender, datagrams)
    talk(client('datagrams', socket.SOCK_DGRAM), datagrams)
    assert nameless.getsockname() == f'{HERE}/bound'
    expected = {name.split('/')[0] for names in servers for name in names} | {'datagrams'}
    assert set(os.listdir()) == expected, f'there is {set(os.listdir()) ^ expected}'
    assert len(os.listdir(LONG)) == 2 and os.listdir('other') == ['link']
    print('count', n, flush=True)
    time.sleep(0.05)
