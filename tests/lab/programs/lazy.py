"""lazy.py MIB PROCESSES: each process has that much private memory with a number in each page, and a thread that checks pages in
random order. It counts. On SIGUSR1 to the first process, each process checks all of its pages in two threads and in a child,
releases some, moves some, and prints `whole N` or `DAMAGED`. On SIGTERM it ends with 7."""
import mmap, os, random, signal, struct, sys, threading, time

mib, processes = int(sys.argv[1]), int(sys.argv[2])
PAGE = 4096
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])


def region(mib, salt):
    memory = mmap.mmap(-1, mib << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range((mib << 20) // PAGE):
        struct.pack_into('QQ', memory, page * PAGE + 8 * (page % 500), salt, page)
    return memory


def right(memory, salt, page):
    return struct.unpack_from('QQ', memory, page * PAGE + 8 * (page % 500)) == (salt, page)


def say(text):
    os.write(1, (text + '\n').encode())


def look(memory, salt, pages):
    wrong = sum(not right(memory, salt, page) for page in pages)
    if wrong:
        say(f'DAMAGED: {wrong} pages of {len(pages)}')
    return not wrong


def look_at_some(memory, salt):
    pages = list(range(len(memory) // PAGE))
    random.shuffle(pages)
    for at in range(0, len(pages), 4):
        look(memory, salt, pages[at:at + 4])
        time.sleep(0.01)


def look_at_all(index, memory, given, moved):
    salt, pages = index << 40, range(len(memory) // PAGE)
    found = [False, False]

    def half(number):
        found[number] = look(memory, salt, pages[number::2])
    threads = [threading.Thread(target=half, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    child = os.fork()
    if child == 0:
        os._exit(0 if look(memory, salt, pages) and look(moved, salt + 2, range(512)) else 1)
    given.madvise(mmap.MADV_DONTNEED)
    empty = not any(given[page * PAGE + 8 * (page % 500):][:16].strip(b'\0') for page in range(0, len(given) // PAGE, 16))
    before = len(moved) // PAGE
    moved.resize(len(moved) + (1 << 20))
    grown = look(moved, salt + 2, range(512)) and not any(moved[before * PAGE:before * PAGE + 100])
    for thread in threads:
        thread.join()
    _, status = os.waitpid(child, 0)
    say(f'whole {index}' if all(found) and empty and grown and status == 0 else f'DAMAGED: {index} {found} {empty} {grown} {status}')


def live(index):
    salt = index << 40
    memory, given, moved = region(mib, salt), region(2, salt + 1), region(2, salt + 2)
    threading.Thread(target=look_at_some, args=(memory, salt), daemon=True).start()
    say(f'ready {index}')
    while True:
        signal.sigwait([signal.SIGUSR1])
        for child in children:
            os.kill(child, signal.SIGUSR1)
        look_at_all(index, memory, given, moved)


def count():
    number = 0
    while True:
        number += 1
        say(f'count {number}')
        time.sleep(0.05)


children = []
for index in range(1, processes):
    child = os.fork()
    if child == 0:
        children = []
        live(index)
    children.append(child)


def term(*_):
    say('got TERM')
    os._exit(7)


signal.signal(signal.SIGTERM, term)
threading.Thread(target=count, daemon=True).start()
threading.Thread(target=live, args=(0,), daemon=True).start()
while True:
    time.sleep(1)
