"""RabbitMQ, in the Erlang VM: a queue whose messages are in memory, and a consumer that has not acknowledged what it took."""
from lab import Program, expect


class RabbitMQ(Program):
    title = 'RabbitMQ, in the Erlang VM'
    state = 'every message of a queue in memory, in order, also those that a consumer had taken and not acknowledged; rabbitmqctl'
    root = 'today'
    heavy = True

    def client_of(self, pod, *words):
        return pod.ask('python3', '/matrix/rabbitmq_client.py', 'ADDRESS', *words)

    def fill(self, pod):
        pod.until(lambda: self.client_of(pod, 'count') == '0\n', 'RabbitMQ')
        self.published = self.taken = 0

    def before(self, pod):
        self.client_of(pod, 'publish', str(self.published), '1000')
        self.published += 1000
        self.holder = pod.client.start('python3', '/matrix/rabbitmq_client.py', pod.address, 'hold')
        expect(self.holder.stdout.readline() == 'holding\n', 'the consumer does not run')
        pod.until(lambda: self.waiting(pod) == self.published - self.taken - 20, 'the consumer has taken messages')

    def waiting(self, pod):
        return int(self.client_of(pod, 'count'))

    def saved(self, pod):
        self.holder.kill()

    def check(self, pod):
        pod.until(lambda: self.waiting(pod) == self.published - self.taken, 'all messages')
        taken = self.client_of(pod, 'take', '500').split()
        expect(taken == [str(number) for number in range(self.taken, self.taken + 500)], f'the messages are {taken}')
        self.taken += 500
        # Its connection to epmd is closed by the restore, and it makes another one.
        pod.until(lambda: 'rabbit@localhost' in pod.execute('/usr/lib/rabbitmq/bin/rabbitmqctl', 'status'), 'rabbitmqctl finds the node')

    def close(self):
        if hasattr(self, 'holder'):
            self.holder.kill()
