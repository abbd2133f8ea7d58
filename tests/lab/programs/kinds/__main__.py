"""kinds [ROW...]: holds one thing of each kind, looks at each again and again, and tells what is not as it was.

It prints "kind NAME: WHAT" for each row at the beginning, "cannot NAME: ERROR" where a row cannot be set up, "changed NAME: WAS -> IS" later,
and "count N" for each time that it looked at all of them. With "-ROW", it leaves out a row.

kinds prevent NAME... holds one thing after the other that prevents a checkpoint, and goes on to the next at each SIGUSR1."""
import json, os, shutil, signal, sys, time

import table
import attributes, files, locks, memory, prevent, sockets, timers


def serve(rows, requests, answers):
    looks = {}
    for name, set_up in rows.items():
        try:
            looks[name] = set_up()
            looks[name]()
        except Exception as error:
            looks.pop(name, None)
            print(f'cannot {name}: {error!r}', flush=True)
    while os.read(requests, 1):
        os.write(answers, json.dumps({name: table.attempt(look) for name, look in looks.items()}).encode() + b'\n')
    os._exit(0)


def start(rows):
    requests, ask = os.pipe()
    found, answers = os.pipe()
    if os.fork() == 0:
        serve(rows, requests, answers)
    os.close(requests)
    os.close(answers)
    return ask, os.fdopen(found)


def look(children):
    for ask, _ in children:
        os.write(ask, b'x')
    return {name: value for _, found in children for name, value in json.loads(found.readline() or '{"gone": "gone"}').items()}


def main(wanted):
    shutil.rmtree(table.DIRECTORY, ignore_errors=True)
    os.mkdir(table.DIRECTORY)
    only = [name for name in wanted if not name.startswith('-')]
    groups = [{name: rows[name] for name in rows if f'-{name}' not in wanted and (not only or name in only)} for rows in table.PROCESSES.values()]
    children = [start(rows) for rows in groups if rows]
    known = look(children)
    for name, value in known.items():
        print(f'kind {name}: {value}')
    for n in range(1, 1 << 30):
        now = look(children)
        for name in known:
            if now.get(name) != known[name]:
                print(f'changed {name}: {known[name]} -> {now.get(name)}')
        known = {**known, **now}
        print('count', n, flush=True)
        time.sleep(0.2)


def hold(set_up, name):
    try:
        table.KEPT.append(set_up())
    except Exception as error:
        print(f'cannot {name}: {error!r}', flush=True)
        os._exit(0)
    print(f'holds {name}', flush=True)
    while True:
        signal.pause()


def hold_each(only):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    shutil.rmtree(table.DIRECTORY, ignore_errors=True)
    os.mkdir(table.DIRECTORY)
    for name in only:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            hold(prevent.PREVENT[name], name)
        ended = lambda: os.waitpid(child, os.WNOHANG)[0] == child
        while not ended():
            if (signal.sigtimedwait([signal.SIGUSR1], 0.02) or (0,))[0] == signal.SIGUSR1:        # garbage when the call was interrupted
                os.killpg(child, signal.SIGKILL)
    print('end', flush=True)
    signal.pause()


if sys.argv[1:2] == ['prevent']:
    hold_each(sys.argv[2:])
main(sys.argv[1:])
