#!/usr/bin/env python3
"""keyboard.py ROWS[ after MILLISECONDS] COMMAND...: runs a command on a terminal, and types what comes on standard input.

The terminal has ROWS rows and 77 columns, or gets them after a while. A line `rows N` on standard input changes its size. Every other
line is typed; it may contain escapes such as ^C as backslash x03. What the command writes goes to standard output."""
import fcntl, os, pty, signal, struct, sys, termios, threading, time
def resize(terminal, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), 77, 0, 0))
rows, _, later = sys.argv[1].partition(' after ')
pid, master = pty.fork()
if pid == 0:
    if not later:
        resize(0, rows)
    os.execvp(sys.argv[2], sys.argv[2:])
if later:
    time.sleep(float(later) / 1000)
    resize(master, rows)
def press():
    for line in sys.stdin:
        if line.startswith('rows '):
            resize(master, line[5:])
        else:
            os.write(master, line.rstrip('\n').encode().decode('unicode_escape').encode())
threading.Thread(target=press, daemon=True).start()
try:
    while data := os.read(master, 4096):
        sys.stdout.write(data.decode().replace('\r', '')); sys.stdout.flush()
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
