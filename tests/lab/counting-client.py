#!/usr/bin/env python3
"""counting-client.py ADDRESS PROGRAMS: asks the programs behind a Service (tests/lab/plain/serve.py) for one number after the other, until
its standard input ends. It asks again as long as it gets no answer. It ends with an error as soon as a number is lost or repeated, or as
a program has started afresh. At the end it prints how far each program has counted, and how many answers were lost."""
import socket
import sys
import threading
import time

address, programs = sys.argv[1], int(sys.argv[2])
reached, asked_again = {}, 0
is_over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()


def fail(text):
    print(text)
    sys.exit(1)


while not is_over.is_set():
    word = wanted = None
    try:
        with socket.create_connection((address, 8080), timeout=1) as connection, connection.makefile('rw') as lines:
            connection.settimeout(1)
            word = lines.readline().strip()
            if not word:
                continue
            wanted = reached.setdefault(word, 0) + 1
            if len(reached) > programs:
                fail(f'a program started afresh and calls itself {word}; before there were {reached}')
            print(wanted, file=lines, flush=True)
            answer = lines.readline().strip()
        if not answer:
            asked_again += 1
        elif int(answer) != wanted:
            fail(f'{word} was asked for {wanted}, and had counted to {answer}')
        else:
            reached[word] = wanted
    except OSError:
        asked_again += wanted is not None
    time.sleep(0.02)
print(f'{reached}, asked again {asked_again} times')
