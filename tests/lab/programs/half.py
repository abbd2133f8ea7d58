"""half.py MIB: has that much memory of which LZ4 leaves about a half: each page half noise, half one byte. Counts, looks at all of it
again and again, and says `whole N` after each look, or `DAMAGED`."""
import mmap, os, random, signal, sys, threading, time

PAGE = 4096
pages = (int(sys.argv[1]) << 20) // PAGE
memory = mmap.mmap(-1, pages * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def content(page):
    return random.Random(page).randbytes(PAGE // 2) + bytes([page % 251 + 1]) * (PAGE // 2)


def look():
    looks = 0
    while True:
        wrong = sum(memory[page * PAGE:(page + 1) * PAGE] != content(page) for page in range(pages))
        looks += 1
        os.write(1, (f'DAMAGED: {wrong} pages\n' if wrong else f'whole {looks}\n').encode())


for page in range(pages):
    memory[page * PAGE:(page + 1) * PAGE] = content(page)
threading.Thread(target=look, daemon=True).start()
count = 0
while True:
    count += 1
    os.write(1, f'count {count}\n'.encode())
    time.sleep(0.05)
