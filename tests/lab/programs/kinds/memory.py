"""Mappings."""
import ctypes, mmap, os

from table import call, file, libc, own, path, row, rows

libc.mmap.restype = ctypes.c_void_p
PAGES = 16 * 4096


def flags_at(address):
    """The line VmFlags of /proc/self/smaps. A checkpoint in the middle of the file leaves a line out or cuts it, so two answers must be the same."""
    answers = [None]
    while len(answers) < 10 and (answers[-1] is None or answers[-1] != answers[-2]):
        try:
            answers.append(find_flags(address))
        except (ValueError, IndexError):
            answers.append(None)
    return answers[-1]


def find_flags(address):
    inside = False
    with open('/proc/self/smaps') as lines:
        for line in lines:
            if '-' in line.split()[0]:
                start, end = (int(one, 16) for one in line.split()[0].split('-'))
                inside, shown = start <= address < end, line.split()[1]
            elif inside and line.startswith('VmFlags'):
                return shown + ' ' + ' '.join(sorted(flag for flag in line.split()[1:] if flag != 'sd'))


def mapping(protection=3, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS):
    address = libc.mmap(None, ctypes.c_size_t(PAGES), protection, flags, -1, ctypes.c_long(0))
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), 'mmap')
    if protection & 2:
        ctypes.memset(address, 65, PAGES)
    return address


def advised(advice):
    address = mapping()
    call('madvise', ctypes.c_void_p(address), ctypes.c_size_t(PAGES), advice)
    return lambda: f'{flags_at(address)} {ctypes.string_at(address, 3)}'


rows([('madvise DONTFORK', 10), ('madvise MERGEABLE', 12), ('madvise HUGEPAGE', 14), ('madvise NOHUGEPAGE', 15), ('madvise DONTDUMP', 16),
      ('madvise WIPEONFORK', 18), ('madvise RANDOM', 1), ('madvise SEQUENTIAL', 2)], advised)


def anonymous(protection, flags):
    address = mapping(protection, flags | mmap.MAP_ANONYMOUS)
    return lambda: f'{flags_at(address)}'


rows([('mapping without access', 0, 2), ('mapping read-only', 1, 2), ('mapping executable', 7, 2), ('mapping MAP_NORESERVE', 3, 0x4002),
      ('mapping MAP_GROWSDOWN', 3, 0x102), ('mapping MAP_LOCKED', 3, 0x2002), ('mapping MAP_STACK', 3, 0x20002), ('mapping shared', 3, 1),
      ('mapping droppable', 3, 8)], anonymous)


@row
def locked_memory():
    address = mapping()
    call('mlock', ctypes.c_void_p(address), ctypes.c_size_t(PAGES))
    return lambda: flags_at(address)


def mapped(name, private, deleted=False):
    one = file(f'mapped-{name}', 'x' * 5000)
    memory = mmap.mmap(one, 5000, mmap.MAP_PRIVATE if private else mmap.MAP_SHARED)
    memory[0:4] = b'mine'
    os.close(one)
    if deleted:
        os.unlink(path(f'mapped-{name}'))
    return lambda: f'{memory[0:6]} {"" if deleted else open(path(f"mapped-{name}")).read(6)}'


rows([('file mapped privately', 'private', True), ('file mapped for all', 'shared', False), ('deleted file mapped privately', 'private-deleted', True, True),
      ('deleted file mapped for all', 'shared-deleted', False, True)], mapped)


@own('two memories')
def memory_shared_with_a_child():
    memory = mmap.mmap(-1, 4096)
    reader, writer = os.pipe()
    back, answers = os.pipe()
    if os.fork() == 0:
        while os.read(reader, 1):
            memory[0] = memory[0] + 1 & 127
            os.write(answers, b'x')

    def look():
        before = memory[0]
        os.write(writer, b'x')
        os.read(back, 1)
        return str(memory[0] == before + 1 & 127)
    return look


@row
def memory_file_mapped():
    one = os.memfd_create('mapped')
    os.ftruncate(one, 4096)
    memory = mmap.mmap(one, 4096)
    memory[0:4] = b'mine'
    return lambda: f'{os.pread(one, 4, 0)} {memory[0:4]}'


@row
def memory_policy_of_a_mapping():
    address, mask = mapping(), ctypes.c_ulong(1)
    if libc.syscall(237, ctypes.c_void_p(address), ctypes.c_ulong(PAGES), 2, ctypes.byref(mask), 64, 0):    # mbind(2) MPOL_BIND
        raise OSError(ctypes.get_errno(), 'mbind')

    def look():
        policy = ctypes.c_int()
        libc.syscall(239, ctypes.byref(policy), None, 0, ctypes.c_void_p(address), 2)
        return str(policy.value)
    return look


@row
def sealed_mapping():
    address = mapping()
    if libc.syscall(462, ctypes.c_void_p(address), ctypes.c_ulong(PAGES), 0):     # mseal(2)
        raise OSError(ctypes.get_errno(), 'mseal')
    return lambda: flags_at(address)
