#!/usr/bin/env python3
"""silent.py ADDRESS PORT HOW: a server that never answers. It prints a line when it listens.

    full    takes no connections: its queue of those that wait is full, so the kernel drops what comes
    mute    takes connections, and says nothing"""
import socket, sys, time


def main():
    address, port, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    server = socket.create_server((address, port), backlog=0 if how == 'full' else 100)
    connections = []
    for _ in range(3 if how == 'full' else 0):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex((address, port))
        connections.append(connection)
    print('listening', flush=True)
    while True:
        if how == 'full':
            time.sleep(60)
        else:
            connections.append(server.accept())


main()
