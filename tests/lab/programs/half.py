"""half.py MIB: fills that much memory so that LZ4 compresses it to about a half: each page is half noise, half one byte. It counts,
checks all of its memory again and again, and prints `whole N` or `DAMAGED` after each check."""
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
