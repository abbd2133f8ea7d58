"""Timers and clocks."""
import ctypes, os, signal, time

from table import call, row, rows


class Times(ctypes.Structure):
    _fields_ = [('interval', ctypes.c_long * 2), ('value', ctypes.c_long * 2)]


class Event(ctypes.Structure):
    _fields_ = [('value', ctypes.c_long), ('signal', ctypes.c_int), ('notify', ctypes.c_int), ('thread', ctypes.c_int), ('pad', ctypes.c_int * 11)]


def interval(which):
    signal.setitimer(which, 90000, 3.5)

    def look():
        left, again = signal.getitimer(which)
        return f'{80000 < left < 90001} {again}'
    return look


rows([('setitimer REAL', signal.ITIMER_REAL), ('setitimer VIRTUAL', signal.ITIMER_VIRTUAL), ('setitimer PROF', signal.ITIMER_PROF)], interval)


def posix(clock, notify, flags=0):
    event, timer = Event(77, signal.SIGRTMIN + 5, notify, os.getpid()), ctypes.c_void_p()
    call('timer_create', clock, ctypes.byref(event), ctypes.byref(timer))
    start = time.clock_gettime(clock) if flags else 0
    times = Times((3, 500), (90000 + int(start), 0))
    call('timer_settime', timer, flags, ctypes.byref(times), None)

    def look():
        now = Times()
        call('timer_gettime', timer, ctypes.byref(now))
        with open('/proc/self/timers') as lines:
            shown = lines.read().split('ID: ')
        mine = [' '.join(entry.split()[1:]) for entry in shown if entry.split('\n')[0].strip() == str(timer.value or 0)]
        mine = [entry.replace(f'pid.{os.getpid()}', 'pid.PID').replace(f'tid.{os.getpid()}', 'tid.PID') for entry in mine]
        return f'{80000 < now.value[0] <= 90000} {now.interval[0]} {now.interval[1]} {mine}'
    return look


CLOCKS = {'REALTIME': 0, 'MONOTONIC': 1, 'PROCESS_CPUTIME_ID': 2, 'THREAD_CPUTIME_ID': 3, 'BOOTTIME': 7, 'TAI': 11}
rows([(f'timer {name} {how}', number, notify) for name, number in CLOCKS.items() for how, notify in (('signal', 0), ('none', 1), ('thread id', 4))], posix)
rows([('absolute timer REALTIME', 0, 0, 1), ('absolute timer MONOTONIC', 1, 0, 1)], posix)


@row
def processor_time_of_the_process():
    before = time.process_time()
    while time.process_time() < before + 0.05:
        pass
    highest = [0.0]

    def look():
        now = time.process_time()
        goes_on, highest[0] = now >= highest[0], max(now, highest[0])
        return str(goes_on)
    return look


@row
def monotonic_clock():
    highest = [0.0]

    def look():
        now = time.monotonic()
        goes_on, highest[0] = now >= highest[0], max(now, highest[0])
        return str(goes_on)
    return look
