"""Redis with 50,000 keys, one of which only counts up, and an RDB child that is in the middle of writing."""
import time, zlib
from lab import Failed, Program, expect

KEYS = 50_000


class Redis(Program):
    title = 'Redis, RDB child writing'  # and listening on the address of its pod, which is another one each time
    state = '50,000 keys and a hash, by checksum; the dump that was going on ends well'

    def command_of(self, pod, *words, input=None):
        return pod.ask('redis-cli', '-h', 'ADDRESS', *words, input=input).strip()

    def fill(self, pod):
        pod.until(lambda: self.command_of(pod, 'ping') == 'PONG', 'redis')
        self.command_of(pod, 'config', 'set', 'rdb-key-save-delay', '120', 'save', '')  # some seconds for a dump, so that one is always going on
        lines = ''.join(f'SET key:{i} {zlib.crc32(str(i).encode())}\n' for i in range(KEYS)) + 'HSET user name ada born 1815\n'
        said = self.command_of(pod, '--pipe', input=lines.replace('\n', '\r\n'))
        expect('errors: 0' in said, said)
        self.digest, self.counted, self.saved_at = self.command_of(pod, 'debug', 'digest'), 0, 0

    def information(self, pod, key):
        return dict(line.split(':', 1) for line in self.command_of(pod, 'info', 'persistence').splitlines() if ':' in line)[key]

    def before(self, pod):
        self.counted = int(self.command_of(pod, 'incr', 'counter'))
        self.digest = self.command_of(pod, 'debug', 'digest')
        self.command_of(pod, 'bgsave')
        expect(self.information(pod, 'rdb_bgsave_in_progress') == '1', 'no dump is going on')

    def saved(self, pod):
        self.saved_at = int(time.time())

    def check(self, pod):
        expect(self.command_of(pod, 'debug', 'digest') == self.digest, 'the keys are not what they were')
        expect(self.command_of(pod, 'get', 'counter') == str(self.counted), 'the counter is not what it was')
        expect(self.command_of(pod, 'hget', 'user', 'name') == 'ada', 'the hash is gone')
        pod.until(lambda: self.information(pod, 'rdb_bgsave_in_progress') == '0', 'the dump ends')
        expect(self.information(pod, 'rdb_last_bgsave_status') == 'ok', 'the dump that was going on failed')
        expect(int(self.information(pod, 'rdb_last_save_time')) >= self.saved_at, 'the dump did not end in this pod')
        pod.execute('redis-check-rdb', '/data/dump.rdb')
