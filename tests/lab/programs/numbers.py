"""numbers.py: makes files in /dev/shm, and counts as long as none has the number of another one that there has ever been."""
import os, time

numbers, n = set(), 0
while True:
    file = os.open('/dev/shm', os.O_TMPFILE | os.O_RDWR)
    number = os.fstat(file).st_ino
    os.close(file)
    assert number not in numbers, f'{number} comes again after {n} files'
    numbers.add(number)
    n += 1
    if n % 20 == 0:
        print('count', n // 20, flush=True)
        time.sleep(0.05)
