"""Connects the socket that it inherits to a path and leaves it to its parent: connect.py DESCRIPTOR PATH SECONDS.

crik serves nobody outside its PID namespace, so this has to be started inside it."""
import os, socket, sys, time

descriptor, path, patience = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
control = socket.socket(fileno=descriptor)
deadline = time.monotonic() + patience
while time.monotonic() < deadline and os.path.exists(os.path.dirname(path)):
    try:
        control.connect(path)
        sys.exit(0)
    except OSError:
        time.sleep(0.001)  # crik does not listen yet
sys.exit(1)
