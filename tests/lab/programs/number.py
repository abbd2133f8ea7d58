"""number.py N COMMAND...: runs the command as the process with number N, and ends with its exit code."""
import os, sys

number = int(sys.argv[1])
while True:
    child = os.fork()
    if child == 0:
        if os.getpid() == number:
            os.setsid()
            os.execvp(sys.argv[2], sys.argv[2:])
        os._exit(0 if os.getpid() < number else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if child == number or status:
        sys.exit(status)
