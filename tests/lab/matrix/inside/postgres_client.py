"""postgres_client.py FILE: commits 1, 2, 3… at the server whose address is in the file, and reconnects for ever. A number whose
commit was confirmed must be in the database. If the confirmation is missing, it asks the server. It ends with a message when
a number is missing or is there twice."""
import subprocess, sys, time


def connect(path):
    with open(path) as file:
        address = file.read().strip()
    # A pod that has gone does not close its connections, so the time limits of TCP must end them.
    server = f'host={address} user=postgres connect_timeout=2 tcp_user_timeout=2000 keepalives_idle=1 keepalives_interval=1 keepalives_count=2'
    return subprocess.Popen(['psql', server, '-qAt', '-v', 'ON_ERROR_STOP=1'],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)


def ask(session, statement):
    """Returns the one line of the answer, or None if the connection has ended."""
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
            sys.exit(f'{committed} was committed, but the last number on the server is {last}')
        committed = int(last)
        while ask(session, f'BEGIN; INSERT INTO counted VALUES ({committed + 1}); COMMIT; SELECT 1;') == '1':
            committed += 1
            time.sleep(0.005)
    session.kill()
    session.wait()
    time.sleep(0.1)
