"""The rows of the table of kinds. A row is a function that sets one thing up and returns a function that looks at it."""
import ctypes, fcntl, os, re

PROCESSES = {}                           # the rows, by the name of the process that holds them
KEPT = []                                # objects that must not be collected, because that would close them
libc = ctypes.CDLL(None, use_errno=True)
DIRECTORY = '/tmp/kinds'


def row(set_up):
    """A row of a thing that does not disturb the others of its file."""
    return own(set_up.__module__)(set_up)


def own(process):
    """A row that needs a process of its own, or shares one with a few others."""
    def add(set_up):
        PROCESSES.setdefault(process, {})[name_of(set_up)] = set_up
        return set_up
    return add


def rows(names, set_up):
    """Rows that differ in a value only."""
    for name, *values in names:
        PROCESSES.setdefault(set_up.__module__, {})[name] = lambda values=values: set_up(*values)


def name_of(function):
    return function.__name__.replace('_', ' ')


def call(name, *arguments):
    """Calls a function of the C library; an error is an exception."""
    result = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def path(name):
    return f'{DIRECTORY}/{name}'


def file(name, text='0123456789', flags=os.O_RDWR | os.O_CREAT):
    descriptor = os.open(path(name), flags, 0o640)
    os.pwrite(descriptor, text.encode(), 0)
    return descriptor


def number_of(descriptor):
    return descriptor if isinstance(descriptor, int) else descriptor.fileno()


def info(descriptor):
    """What the kernel tells about a descriptor, without what is different in each container."""
    number = number_of(descriptor)
    target = re.sub(r'\[\d+\]', '[]', os.readlink(f'/proc/self/fd/{number}'))
    with open(f'/proc/self/fdinfo/{number}') as lines:
        known = [' '.join(line.split()) for line in lines if not line.startswith(('mnt_id:', 'ino:', 'scm_fds:'))]
    return ' | '.join([target, *known])


def attempt(action):
    """Tries something that may fail. Returns what it returned, or the error."""
    try:
        return action()
    except Exception as error:           # whatever it is, it is an answer
        return repr(error)


def status(pid='self', *names):
    with open(f'/proc/{pid}/status') as lines:
        fields = dict(line.strip().split(':', 1) for line in lines)
    return ' '.join(f'{name}={fields[name].strip()}' for name in names)


def nonblocking(descriptor):
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_NONBLOCK)
