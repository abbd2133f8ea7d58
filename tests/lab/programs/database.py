"""database.py PATH: writes into a database of SQLite again and again, and says whether that worked."""
import sqlite3, sys, time

database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute('create table if not exists numbers (n integer)')
n = 0
while True:
    n += 1
    try:
        database.execute('insert into numbers values (?)', (n,))
        print('wrote', n)
    except sqlite3.Error as error:
        print('failed', error.sqlite_errorname)
    print('count', n, flush=True)
    time.sleep(0.05)
