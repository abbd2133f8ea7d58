"""Redis with 50,000 keys, a counter, and a child that is writing an RDB file."""
import time, zlib
from lab import Failed, Program, expect

KEYS = 50_000


class Redis(Program):
    title = 'Redis, RDB child writing'  # it listens on the address of its pod, which changes each time
    state = '50,000 keys and a hash, by checksum; the dump that was being written ends well'

    def command_of(self, pod, *words, input=None):
        return pod.ask('redis-cli', '-h', 'ADDRESS', *words, input=input).strip()

    def fill(self, pod):
        pod.until(lambda: self.command_of(pod, 'ping') == 'PONG', 'redis')
        self.command_of(pod, 'config', 'set', 'rdb-key-save-delay', '120', 'save', '')  # a dump takes some seconds, so that one is still being written at the checkpoint
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
        expect(self.information(pod, 'rdb_bgsave_in_progress') == '1', 'no dump is being written')

    def saved(self, pod):
        self.saved_at = int(time.time())

    def check(self, pod):
        expect(self.command_of(pod, 'debug', 'digest') == self.digest, 'the keys have changed')
        expect(self.command_of(pod, 'get', 'counter') == str(self.counted), 'the counter has changed')
        expect(self.command_of(pod, 'hget', 'user', 'name') == 'ada', 'the hash is gone')
        pod.until(lambda: self.information(pod, 'rdb_bgsave_in_progress') == '0', 'the end of the dump')
        expect(self.information(pod, 'rdb_last_bgsave_status') == 'ok', 'the dump that was being written failed')
        expect(int(self.information(pod, 'rdb_last_save_time')) >= self.saved_at, 'the dump did not end in this pod')
        pod.execute('redis-check-rdb', '/data/dump.rdb')
