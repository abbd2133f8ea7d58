"""The sqlite3 shell in a long transaction. It gets its commands through standard input."""
from lab import Failed, Program, expect

ROWS = 20_000


class Sqlite(Program):
    title = 'SQLite in a transaction'
    state = 'one transaction across all pods; until the commit others see the old database and cannot write'

    def fill(self, pod):
        self.rows = 0
        pod.say('.timeout 0\nPRAGMA cache_size = 50; CREATE TABLE t (number INTEGER, text TEXT); INSERT INTO t VALUES (0, \'first\');\n')
        pod.say('BEGIN IMMEDIATE;\n')
        self.grow(pod)

    def grow(self, pod):
        """Adds more rows than the small cache can hold, so SQLite changes the database file and keeps the old pages in the journal."""
        pod.say(f'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) INSERT INTO t SELECT {self.rows} + i, hex(randomblob(32)) FROM n;\n')
        self.rows += ROWS
        self.expect_inside(pod)

    def expect_inside(self, pod):
        said = len(pod.output)
        pod.say("SELECT 'rows', count(*), sum(number) FROM t;\n")
        answer = pod.until(lambda: pod.output[said:], 'an answer')
        expect(answer == [f'rows|{self.rows + 1}|{self.rows * (self.rows + 1) // 2}'], f'the transaction sees {answer}')

    def other(self, pod, statement):
        return pod.execute('sqlite3', '-readonly', '/data/state.db', statement).strip()

    def check(self, pod):
        self.expect_inside(pod)
        try:
            said = pod.execute('sqlite3', '/data/state.db', 'INSERT INTO t VALUES (-1, \'not now\');')
        except Failed as failure:
            said = str(failure)
        expect('locked' in said, f'another writer was not locked out: {said}')
        if pod.number == self.cycles:
            pod.say('COMMIT;\n')
            pod.until(lambda: self.other(pod, 'SELECT count(*) FROM t;') == str(self.rows + 1), 'the commit')
            expect(self.other(pod, 'PRAGMA integrity_check;') == 'ok', 'the database is damaged')
        else:
            self.grow(pod)
