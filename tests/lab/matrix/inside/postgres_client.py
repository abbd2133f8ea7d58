"""postgres_client.py FILE: commits 1, 2, 3… at the server whose address is in the file, and reconnects for ever. What it was told is
committed has to be there; of what it was not told, it asks. Ends with a word when either is not so."""
import subprocess, sys, time


def connect(path):
    with open(path) as file:
        address = file.read().strip()
    # Of a pod that has gone nobody says so: the time limits of TCP do.
    server = f'host={address} user=postgres connect_timeout=2 tcp_user_timeout=2000 keepalives_idle=1 keepalives_interval=1 keepalives_count=2'
    return subprocess.Popen(['psql', server, '-qAt', '-v', 'ON_ERROR_STOP=1'],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)


def ask(session, statement):
    """The one line that is said to it; None when the connection is gone."""
    try:
        session.stdin.write(statement + '\n')
        session.stdin.flush()
        return session.stdout.readline().strip() or None
    except BrokenPipeError:
        return None


committed = 0
while True:
    session = connect(sys.argv[1])
    last = ask(session, 'SELECT coalesce(max(number), 0) FROM counted WHERE number > 0;')
    if last is not None:
        if int(last) not in (committed, committed + 1):
            sys.exit(f'{committed} was committed, and the server has {last}')
        committed = int(last)
        while ask(session, f'BEGIN; INSERT INTO counted VALUES ({committed + 1}); COMMIT; SELECT 1;') == '1':
            committed += 1
            time.sleep(0.005)
    session.kill()
    session.wait()
    time.sleep(0.1)
