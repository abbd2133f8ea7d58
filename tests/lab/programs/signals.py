"""signals.py: prints the number of every signal that it gets."""
import signal, time

waited = [s for s in range(1, 65) if s not in (signal.SIGKILL, signal.SIGSTOP, 32, 33)]
signal.pthread_sigmask(signal.SIG_BLOCK, waited)
print('ready', flush=True)
while True:
    print('signal', signal.sigwaitinfo(waited).si_signo, flush=True)
