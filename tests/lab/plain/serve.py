"""Counts when it is asked. It greets each connection with a word that only this run of the program has. The client sends the number that
it wants: the next one is counted and written to the log, `kxqz 7`, and the last one is only repeated, because its answer may have been
lost. The answer to any other number is the last one."""
import random
import socket

word = ''.join(random.choices('abcdefghijklmnopqrstuvwxyz', k=8))
number = 0
listener = socket.create_server(('', 8080), backlog=64)
while True:
    connection, _ = listener.accept()
    try:
        with connection, connection.makefile('rw') as lines:
            connection.settimeout(5)
            print(word, file=lines, flush=True)
            asked = lines.readline()
            if asked.endswith('\n'):
                if int(asked) == number + 1:
                    number += 1
                    print(word, number, flush=True)
                print(number, file=lines, flush=True)
    except OSError:
        pass  # the client has gone, or the connection has ended with the pod
