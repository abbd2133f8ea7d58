"""PostgreSQL with two clients: one reconnects and counts for ever, and the transaction of the other is interrupted."""
import json, time
from lab import Failed, Program, expect


class Postgres(Program):
    title = 'PostgreSQL, transactions going on'
    state = 'every committed transaction exactly once, no interrupted one; a client reconnects; prepared transactions, indexes, replication slot'

    @property
    def password(self):
        return self.example.environment['POSTGRES_PASSWORD']

    def sql(self, pod, statement, seconds=60):
        return pod.ask('env', f'PGPASSWORD={self.password}', 'psql', '-h', 'ADDRESS', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-qAt', '-c', statement, seconds=seconds).strip()

    def fill(self, pod):
        pod.until(lambda: self.sql(pod, 'SELECT 1') == '1', 'PostgreSQL')
        self.sql(pod, """CREATE TABLE counted (number bigint PRIMARY KEY, at timestamptz DEFAULT now());
                         CREATE TABLE big AS SELECT i, md5(i::text) AS text FROM generate_series(1, 200000) i; CREATE INDEX ON big (text)""")
        self.sql(pod, "BEGIN; INSERT INTO counted VALUES (-1); PREPARE TRANSACTION 'half'")
        self.sum = self.sql(pod, 'SELECT sum(i), md5(string_agg(text, $$$$ ORDER BY i)) FROM big')
        self.address(pod)
        self.client = pod.client.start('env', f'PGPASSWORD={self.password}', 'python3', '/matrix/postgres_client.py', '/tmp/postgres-address')
        self.committed = 0
        self.check(pod)

    def address(self, pod):
        """Tells the client where the server is, as the name of a Service would."""
        pod.client.execute('sh', '-c', f'echo {pod.address} >/tmp/postgres-address.new && mv /tmp/postgres-address.new /tmp/postgres-address')

    def counted(self, pod):
        count, highest = self.sql(pod, 'SELECT count(*), coalesce(max(number), 0) FROM counted WHERE number > 0').split('|')
        expect(count == highest, f'there are {count} transactions, but the last has number {highest}')
        return int(count)

    def idle(self, pod):
        return self.sql(pod, "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")

    def before(self, pod):
        # A transaction that is never committed, because the connection of its client ends.
        pod.client.start('sh', '-c', f"(echo 'BEGIN; INSERT INTO counted VALUES (0);'; sleep 1000) | PGPASSWORD={self.password} psql -h {pod.address} -U postgres -q")
        pod.until(lambda: self.idle(pod) == '1', 'the transaction')
        self.committed = self.counted(pod)

    def check(self, pod):
        expect(self.client.poll() is None, f'the client has ended: {self.client.stdout.read() if self.client.poll() is not None else ""}')
        expect(self.counted(pod) >= self.committed, f'{self.committed} transactions were committed, and {self.counted(pod)} are left')
        self.address(pod)
        seen = self.counted(pod)
        pod.until(lambda: self.counted(pod) > seen + 20, 'more transactions of the client')
        expect(self.sql(pod, 'SELECT sum(i), md5(string_agg(text, $$$$ ORDER BY i)) FROM big') == self.sum, 'the table has changed')
        expect(self.sql(pod, "SELECT i FROM big WHERE text = md5('4711')") == '4711', 'the index is damaged')
        expect(self.sql(pod, 'SELECT count(*) FROM pg_prepared_xacts') == '1', 'the prepared transaction is gone')
        pod.until(lambda: self.idle(pod) == '0', 'the end of the interrupted transaction')
        expect(self.sql(pod, 'SELECT count(*) FROM counted WHERE number = 0') == '0', 'an interrupted transaction was committed')
        self.sql(pod, 'CHECKPOINT', seconds=60)
        self.sql(pod, 'VACUUM counted', seconds=60)
        if pod.number == self.cycles:
            self.sql(pod, "COMMIT PREPARED 'half'")
            expect(self.sql(pod, 'SELECT count(*) FROM counted WHERE number = -1') == '1', 'the prepared transaction was not committed')
            expect('no errors' in self.sql(pod, "CREATE EXTENSION IF NOT EXISTS amcheck; SELECT bt_index_check('counted_pkey'); SELECT 'no errors'"), 'an index is damaged')

    def close(self):
        if hasattr(self, 'client'):
            self.client.kill()
