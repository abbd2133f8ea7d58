"""Counts twice a second in its log, after a word that only this run of the program has: `kxqz 1`, `kxqz 2`."""
import random
import time

word = ''.join(random.choices('abcdefghijklmnopqrstuvwxyz', k=8))
number = 0
while True:
    number += 1
    print(word, number, flush=True)
    time.sleep(0.5)
