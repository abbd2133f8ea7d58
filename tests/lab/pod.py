#!/usr/bin/env python3
"""pod.py: runs a container with runc, set up as a kubelet sets up the containers of a pod.

    pod.py run NAME [options] -- COMMAND...   runs in the foreground; its exit code is the container's
      --level none|basic|full|privileged|nonroot   capabilities, see LEVELS (default basic)
      --capability NAME    add one capability     --drop NAME    take one away
      --image-dir DIR      mounted at /checkpoint
      --mount SRC:DST[:ro] a volume               --tmpfs DST:SIZE   a volume in memory
      --mount SRC:DST:image-volume   mounted as CRI-O mounts an image volume: as an overlay on another overlay
      --env K=V            --terminal             with a terminal; standard input must then be one
      --read-only          a read-only root file system, as with readOnlyRootFilesystem
      --root-mode MODE     the mode of the root directory: 755 as containerd gives it (default), or 555 as CRI-O does
      --user UID:GID       the user of a container with the level nonroot (default 1000:1000)
      --network NETNS:ADDRESS/BITS   an eth0 with this address, on the bridge `pods` of this network namespace
      --rootfs DIR         default: what rootfs.sh prints for experimental
      --crik FILE          default: $CRIK_BINARY or artifacts/crik
      --bundle DIR[:OPTION]   what `make bundle` made, mounted read-only at /opt/crik, or as an image-volume; the root file system gets no crik
      --host-network       use the machine's own network
      --memory MIB         a limit of the container's memory, at which the kernel kills
      --seccomp            with a seccomp filter, which allows nearly everything
      --user-namespace     root is another user on the machine, as with hostUsers: false
      --pod-uid UID        the pod's UID (default: a new one): containers with the same UID are one pod that is restarted
    pod.py kill NAME [SIGNAL]     pod.py pid NAME     pod.py exec NAME -- COMMAND...

Every pod gets what the pods of a kubelet have: a new writable layer, its own namespaces, host name and cgroup, read-only
/proc/sys, masked paths, its own /etc/hosts, /etc/hostname and /etc/resolv.conf, a termination log, a service-account token.
Standard input, output and error are passed through. It removes everything at the end."""
import argparse, glob, json, os, random, shutil, signal, subprocess, sys, time, uuid

import idmap

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'crik-lab')
RUN = os.environ.get('CRIK_LAB_RUN') or os.path.join(CACHE, 'run')
PLACE = '/run/crik-lab/'  # where root of a user namespace may look for its root file system
RUNC = ['runc', '--root', os.path.join(RUN, 'runc')]

# The capabilities that containerd gives to a container by default.
DEFAULT = ('CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT '
           'KILL AUDIT_WRITE').split()
BASIC = ['CHECKPOINT_RESTORE', 'SYS_PTRACE']
FULL = BASIC + ['SYS_ADMIN', 'NET_ADMIN', 'SYS_TIME']
# The capabilities of a privileged pod, without SYS_RESOURCE, which some virtual machines do not have themselves.
ALL = DEFAULT + FULL + ('DAC_READ_SEARCH LINUX_IMMUTABLE NET_BROADCAST IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_PACCT '
      'SYS_BOOT SYS_NICE SYS_TTY_CONFIG LEASE AUDIT_CONTROL MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND '
      'AUDIT_READ PERFMON BPF').split()
LEVELS = {'none': DEFAULT, 'basic': DEFAULT + BASIC, 'full': DEFAULT + FULL, 'privileged': ALL, 'nonroot': DEFAULT + BASIC}
CRIU_FILE_CAPABILITIES = 'cap_checkpoint_restore,cap_sys_ptrace,cap_setpcap+eip'


def mount(destination, kind, source, *options):
    return {'destination': destination, 'type': kind, 'source': source, 'options': list(options)}


def bundle_of(name):
    return os.path.join(RUN, 'pods', name)


def clean_up(name):
    subprocess.run(RUNC + ['delete', '-f', name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bundle = bundle_of(name)
    with open('/proc/mounts') as mounts:
        points = [line.split()[1] for line in mounts]
    for point in reversed([point for point in points if point.startswith((bundle + '/', PLACE + name + '/'))]):
        subprocess.check_call(['umount', '-l', point])  # a volume that stays mounted must not be removed with the bundle
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.rmtree(PLACE + name, ignore_errors=True)
    for cgroup in glob.glob('/sys/fs/cgroup/*' + os.path.dirname(cgroup_of(name))) + glob.glob('/sys/fs/cgroup' + os.path.dirname(cgroup_of(name))):
        try:
            os.rmdir(cgroup)  # it is not empty or does not exist; runc removes the container's own cgroup
        except OSError:
            pass


def cgroup_of(name):
    """The name that a kubelet would use. One pod name always gives the same, so that clean_up finds it."""
    return f'/crik-lab/kubepods/burstable/pod{uuid.uuid5(uuid.NAMESPACE_DNS, name)}/{name}'


def network_hook(netns, address):
    """A shell script that sets up the network. In a new network namespace the loopback interface is down. The other end of eth0
    disappears together with the namespace."""
    script = r'pid=$(sed "s/.*\"pid\":\([0-9]*\).*/\1/")'
    script += '; in_pod="nsenter -t $pid -n ip"; $in_pod link set lo up'
    if netns:
        script += (f'; ip -n {netns} link add pod$pid type veth peer name eth0 netns $pid; ip -n {netns} link set pod$pid master pods up'
                   f'; $in_pod address add {address} dev eth0; $in_pod link set eth0 up')
    return script


def mount_root(root, image, layer):
    """Mounts the container's root file system, with the directory of its own layer over the image."""
    os.makedirs(root, exist_ok=True)
    subprocess.check_call(['mount', '-t', 'overlay', 'crik-pod', '-o', f'lowerdir={image},upperdir={layer}/upper,workdir={layer}/work', root])
    return root


def volume_mount(source, destination, options, layers):
    """A volume, or what CRI-O makes of an image volume (mountImage in its server/container_create_linux.go)."""
    if 'image-volume' not in options:
        return mount(destination, 'bind', source, 'rbind', *options)
    image, empty = layers + '-image', layers + '-empty'
    for directory in image, empty:
        os.makedirs(directory)
    subprocess.check_call(['mount', '-t', 'overlay', 'crik-image', '-o', f'lowerdir={source}:{empty}', image])
    return mount(destination, 'overlay', 'overlay', f'lowerdir={image}:{empty}')


def make_projected_volume(directory, files):
    """Makes the files as the kubelet does (pkg/volume/util/atomic_writer.go): in a directory with the time in its name."""
    data = f"..{time.strftime('%Y_%m_%d_%H_%M_%S')}.{random.randrange(10 ** 9)}"
    os.makedirs(f'{directory}/{data}')
    os.symlink(data, directory + '/..data')
    for name, text in files.items():
        with open(f'{directory}/{data}/{name}', 'w') as out:
            out.write(text)
        os.symlink(f'..data/{name}', f'{directory}/{name}')


def prepare(a):
    bundle = bundle_of(a.name)
    clean_up(a.name)
    for d in ('upper', 'work'):
        os.makedirs(f'{bundle}/{d}')
    rootfs = a.rootfs or subprocess.check_output([HERE + '/rootfs.sh'], text=True).strip()
    root = mount_root(bundle + '/rootfs', rootfs, bundle)
    os.chmod(root, int(a.root_mode, 8))
    if not a.bundle:
        os.makedirs(root + '/usr/local/bin', exist_ok=True)
        shutil.copy(a.crik, root + '/usr/local/bin/crik')
    os.makedirs(root + '/programs', exist_ok=True)
    netns, _, address = (a.network or ':10.0.0.2/8').partition(':')
    # The length of these files differs from pod to pod, as it does where addresses and search domains differ.
    pod = f'pods/{a.pod_uid}'  # the kubelet has such a directory for each pod, with the name that mountinfo shows
    os.makedirs(f'{bundle}/{pod}/containers/app')
    hosts, message = pod + '/etc-hosts', pod + '/containers/app/0'
    files = {hosts: f"127.0.0.1 localhost\n{address.split('/')[0]} {a.name}\n# {'x' * random.randrange(1000)}\n", 'hostname': a.name + '\n', message: '',
             'resolv.conf': f"search {'x' * random.randrange(1, 60)}.lab\n"}
    for f, text in files.items():
        with open(f'{bundle}/{f}', 'w') as out:
            out.write(text)
    make_projected_volume(bundle + '/serviceaccount', {'token': 'x' * random.randrange(500, 1000)})
    bounding = [name for name in LEVELS[a.level] + a.capability if name not in a.drop]
    uid, gid, effective = 0, 0, bounding
    if a.level == 'nonroot':
        uid, gid = (int(number) for number in a.user.split(':'))
        effective = []
        if not a.bundle:
            subprocess.check_call(['setcap', CRIU_FILE_CAPABILITIES, root + '/usr/sbin/criu'])
        os.chown(f'{bundle}/{message}', uid, gid)
        if a.image_dir:
            os.chown(a.image_dir, uid, gid)
    if a.user_namespace:
        subprocess.check_call(['umount', root])
        idmap.give(bundle + '/upper')
        if a.level == 'nonroot' and not a.bundle:
            subprocess.check_call(['setcap', '-n', str(idmap.FIRST), CRIU_FILE_CAPABILITIES, bundle + '/upper/usr/sbin/criu'])
        root = mount_root(PLACE + a.name + '/rootfs', idmap.bind(rootfs, bundle + '/lower'), bundle)
    read_only = [] if a.level == 'privileged' else ['ro']
    mounts = [mount('/proc', 'proc', 'proc'),
              mount('/dev', 'tmpfs', 'tmpfs', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
              mount('/dev/pts', 'devpts', 'devpts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'),
              mount('/dev/mqueue', 'mqueue', 'mqueue', 'nosuid', 'noexec', 'nodev'),
              mount('/sys', 'sysfs', 'sysfs', 'nosuid', 'noexec', 'nodev', *read_only),
              mount('/sys/fs/cgroup', 'cgroup', 'cgroup', 'nosuid', 'noexec', 'nodev', 'relatime', *read_only),
              mount('/dev/shm', 'tmpfs', 'shm', 'nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'),
              mount('/dev/termination-log', 'bind', f'{bundle}/{message}', 'rbind', 'rw'),
              mount('/etc/hosts', 'bind', f'{bundle}/{hosts}', 'rbind', 'rw'),
              mount('/var/run/secrets/kubernetes.io/serviceaccount', 'bind', bundle + '/serviceaccount', 'rbind', 'ro'),
              mount('/programs', 'bind', HERE + '/programs', 'rbind', 'ro')]
    mounts += [mount('/etc/' + f, 'bind', f'{bundle}/{f}', 'rbind', 'rw') for f in ('hostname', 'resolv.conf')]
    volumes = [f'{a.image_dir}:/checkpoint'] if a.image_dir else []
    for i, volume in enumerate(volumes + a.mount):
        source, destination, *mode = volume.split(':')
        source = idmap.bind(source, f'{bundle}/volume{i}') if a.user_namespace else os.path.abspath(source)
        mounts.append(volume_mount(source, destination, mode or ['rw'], f'{PLACE}{a.name}/volume{i}'))
    if a.bundle:
        source, *more = a.bundle.split(':')
        source = idmap.bind(source, f'{bundle}/bundle') if a.user_namespace else os.path.abspath(source)
        mounts.append(volume_mount(source, '/opt/crik', ['ro', *more], f'{PLACE}{a.name}/bundle'))
    for volume in a.tmpfs:
        destination, size = volume.split(':')
        mounts = [m for m in mounts if m['destination'] != destination]
        mounts.append(mount(destination, 'tmpfs', 'tmpfs', f'size={size}', 'mode=1777'))
    capabilities = lambda names: ['CAP_' + c for c in names]
    linux = {'namespaces': [{'type': t} for t in ('pid', 'ipc', 'uts', 'mount') + (() if a.host_network else ('network',))],
             'cgroupsPath': cgroup_of(a.name),
             'resources': {'devices': [{'allow': True, 'access': 'rwm'}]}}
    if a.user_namespace:
        linux['namespaces'].append({'type': 'user'})
        linux['uidMappings'] = linux['gidMappings'] = idmap.mappings()
        for f in files:
            idmap.give(f'{bundle}/{f}')
    if a.memory:
        linux['resources']['memory'] = {'limit': a.memory << 20}
    if a.seccomp:
        linux['seccomp'] = {'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['kexec_load'], 'action': 'SCMP_ACT_ERRNO'}]}
    if read_only:
        linux['maskedPaths'] = ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
                                '/proc/sched_debug', '/proc/scsi', '/sys/firmware']
        linux['readonlyPaths'] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']
    config = {'ociVersion': '1.0.2', 'hostname': a.name, 'root': {'path': root, 'readonly': a.read_only}, 'mounts': mounts, 'linux': linux,
              'process': {'terminal': a.terminal, 'user': {'uid': uid, 'gid': gid}, 'cwd': '/', 'args': a.command,
                          'env': ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', f'HOSTNAME={a.name}'] + a.env,
                          'capabilities': {'bounding': capabilities(bounding), 'effective': capabilities(effective),
                                           'permitted': capabilities(effective)}},
              'hooks': {'createRuntime': [] if a.host_network else [{'path': shutil.which('sh'), 'args': ['sh', '-ec', network_hook(netns, address)]}]}}
    columns, rows = os.get_terminal_size(0) if a.terminal else (0, 0)
    if rows:  # otherwise runc sets the size only after the container has started
        config['process']['consoleSize'] = {'height': rows, 'width': columns}
    with open(bundle + '/config.json', 'w') as out:
        json.dump(config, out)
    return bundle


def default_signals():
    """A kubelet starts containers with all signals at their defaults. A shell lets what it runs in the background ignore SIGINT and
    SIGQUIT, and container runtimes may hand that on to the program."""
    for s in signal.valid_signals():
        if signal.getsignal(s) == signal.SIG_IGN:
            signal.signal(s, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def run(a):
    default_signals()
    try:
        bundle = prepare(a)
        child = subprocess.Popen(RUNC + ['run', '--no-new-keyring', '--bundle', bundle, a.name], close_fds=False)
        for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(s, lambda number, _: child.send_signal(number))
        code = child.wait()
        message = f'{bundle}/pods/{a.pod_uid}/containers/app/0'
        if a.termination_log and os.path.exists(message):
            shutil.copy(message, a.termination_log)
        return code if code >= 0 else 128 - code
    finally:
        clean_up(a.name)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest='verb', required=True)
    verb = verbs.add_parser('run')
    verb.add_argument('name')
    verb.add_argument('--level', choices=LEVELS, default='basic')
    verb.add_argument('--image-dir')
    for repeated in ('--mount', '--tmpfs', '--env', '--capability', '--drop'):
        verb.add_argument(repeated, action='append', default=[])
    verb.add_argument('--terminal', action='store_true')
    verb.add_argument('--read-only', action='store_true')
    verb.add_argument('--host-network', action='store_true')
    verb.add_argument('--memory', type=int)
    verb.add_argument('--seccomp', action='store_true')
    verb.add_argument('--user-namespace', action='store_true')
    verb.add_argument('--user', default='1000:1000')
    verb.add_argument('--network')
    verb.add_argument('--root-mode', default='755')
    verb.add_argument('--rootfs')
    verb.add_argument('--bundle')
    verb.add_argument('--pod-uid', default=str(uuid.uuid4()))
    verb.add_argument('--termination-log', help='a file that gets a copy of the termination log at the end')
    verb.add_argument('--crik', default=os.environ.get('CRIK_BINARY') or os.path.join(HERE, '../../artifacts/crik'))
    for name in ('kill', 'pid', 'exec'):
        verb = verbs.add_parser(name)
        verb.add_argument('name')
        if name == 'kill':
            verb.add_argument('signal', nargs='?', default='TERM')
    at = arguments.index('--') if '--' in arguments else len(arguments)
    a = parser.parse_args(arguments[:at])
    a.command = arguments[at + 1:]
    return a


def main():
    a = parse(sys.argv[1:])
    if a.verb == 'run':
        sys.exit(run(a))
    if a.verb == 'kill':
        os.execvp('runc', RUNC + ['kill', a.name, a.signal])
    if a.verb == 'exec':
        os.execvp('runc', RUNC + ['exec', a.name] + a.command)
    print(json.loads(subprocess.check_output(RUNC + ['state', a.name]))['pid'])


if __name__ == '__main__':
    main()
