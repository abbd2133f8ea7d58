"""world.py: opens the files that a runtime puts into a container. On SIGUSR1 it prints what it finds in them. It also counts."""
import ctypes, fcntl, json, os, signal, struct, time

CGROUP_FILES = [('memory', 'cgroup.procs'), ('pids', 'cgroup.procs'), ('pids', 'pids.current'), ('unified', 'cgroup.procs')]


def own_cgroup(controller):
    for line in open('/proc/self/cgroup'):
        _, controllers, path = line.strip().split(':')
        if controllers == ('' if controller == 'unified' else controller):
            # with a cgroup namespace the mount shows the container's own directory, without one it shows the whole tree
            for directory in (f'/sys/fs/cgroup/{controller}{path}', f'/sys/fs/cgroup/{controller}', f'/sys/fs/cgroup{path}'):
                if os.path.exists(directory + '/cgroup.procs'):
                    return directory
    return None


files = {name: open(name) for name in (
    '/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/var/run/secrets/kubernetes.io/serviceaccount/token', '/dev/null',
    '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/proc/self/status', '/proc/meminfo')}
message = open('/dev/termination-log', 'w+')  # not for appending only, where criu does not compare the size
cgroups = {}
for controller, name in CGROUP_FILES:
    directory = own_cgroup(controller)
    if directory and os.path.exists(f'{directory}/{name}'):
        cgroups[f'{controller}/{name}'] = open(f'{directory}/{name}')
directory = os.open('/etc', os.O_RDONLY | os.O_DIRECTORY)
path = os.open('/etc/hosts', os.O_PATH)
secrets = os.open('/var/run/secrets/kubernetes.io/serviceaccount/..data', os.O_RDONLY | os.O_DIRECTORY)
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(os.O_NONBLOCK)
libc.inotify_add_watch(watch, b'/var/run/secrets/kubernetes.io/serviceaccount/token', 0x20)  # IN_OPEN
os.chdir('/var')
os.umask(0o27)


def look(*_):
    found = {}
    for name in ('/etc/hostname', '/proc/self/status', '/dev/zero'):
        files[name].seek(0)
        found[name] = files[name].read(6)
    found['host'] = open('/etc/hostname').read()
    for name, file in cgroups.items():
        file.seek(0)
        found[name] = len(file.read().split()) > 0
        found[name + ' path'] = os.readlink(f'/proc/self/fd/{file.fileno()}')
    with open('/var/run/secrets/kubernetes.io/serviceaccount/token') as now:
        files['/var/run/secrets/kubernetes.io/serviceaccount/token'].seek(0)
        found['token'] = files['/var/run/secrets/kubernetes.io/serviceaccount/token'].read() == now.read()
    found['secrets'] = os.listdir(secrets) == ['token']
    found['event'] = len(os.read(watch, 4096)) > 0
    found['entries'] = len(os.listdir(directory)) > 10
    found['cwd'] = os.getcwd()
    found['umask'] = oct(os.umask(0o27))
    message.write('last words\n')
    message.flush()
    os.write(1, (json.dumps(found) + '\n').encode())  # not print, which the signal may have interrupted


signal.signal(signal.SIGUSR1, look)
n = 0
while True:
    n += 1
    print('count', n, flush=True)
    time.sleep(0.05)
