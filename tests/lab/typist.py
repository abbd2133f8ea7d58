#!/usr/bin/env python3
"""typist.py DIALOGUE COMMAND...: runs a command on a terminal, and types a line whenever a text appears there.

DIALOGUE has parts that are separated by an empty line. Each part is the wanted text and, in its second line, what is then typed.
At the end of the dialogue it writes `typed`."""
import os, pty, sys
dialogue, command = [part.split('\n') for part in sys.argv[1].split('\n\n')], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = ''
try:
    while data := os.read(terminal, 4096):
        sys.stdout.write(data.decode()); sys.stdout.flush()
        said += data.decode()
        while dialogue and dialogue[0][0] in said:
            wanted, line = dialogue.pop(0)
            said = said.split(wanted, 1)[1]
            os.write(terminal, {'\\x1a': b'\x1a', '\\x03': b'\x03', '': b''}.get(line, line.encode() + b'\n'))
            if not dialogue:
                print('\ntyped', flush=True)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
