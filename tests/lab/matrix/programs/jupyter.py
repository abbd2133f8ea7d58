"""A Jupyter kernel with variables. Its client reconnects with the connection file, as a notebook server does."""
import json
from lab import Program, expect


class Jupyter(Program):
    title = 'Jupyter kernel'
    state = 'variables, a class, a generator, a thread and an open file; history and a cell that was running'

    def run(self, pod, code, seconds=150):
        return json.loads(pod.ask('env', 'HOME=/tmp', 'python3', '/matrix/kernel_client.py', 'ADDRESS', self.example.files['kernel.json'], code, seconds=seconds))

    def fill(self, pod):
        pod.until(lambda: self.run(pod, '1 + 1')['result'] == '2', 'the kernel')
        self.run(pod, """
import threading, time, random
class Model:
    def __init__(self): self.weights = [random.Random(i).random() for i in range(100000)]
model, log, steps = Model(), open('/tmp/training.log', 'w+'), [0]
numbers = (n * n for n in range(10 ** 6))
def train():
    while True:
        steps[0] += 1
        time.sleep(0.02)
threading.Thread(target=train, daemon=True).start()
""")
        self.sum, self.next = self.run(pod, 'sum(model.weights)')['result'], 0
        self.steps, self.executed = 0, 0
        self.check(pod)

    def before(self, pod):
        self.steps = int(self.run(pod, 'steps[0]')['result'])
        # A cell that is running while the checkpoint is made. Nobody waits for its answer.
        self.executed = self.run(pod, f'NOWAIT time.sleep(1.5); finished = {pod.number}')['count']

    def check(self, pod):
        if pod.number > 0:
            expect(self.run(pod, 'finished')['result'] == str(pod.number - 1), 'the running cell did not end')
        answer = self.run(pod, 'sum(model.weights)')
        expect(answer['result'] == self.sum, 'the model has changed')
        expect(answer['count'] > self.executed, f'the number of the cell is {answer["count"]}, and the one before was {self.executed}')
        expect(self.run(pod, 'next(numbers)')['result'] == str(self.next ** 2), 'the generator is not where it was')
        self.next += 1
        pod.until(lambda: int(self.run(pod, 'steps[0]')['result']) > self.steps, 'a step of the thread')
        expect(self.run(pod, 'log.write("x"), log.flush(), log.tell()')['result'] == f'(1, None, {self.next})', 'the log is not where it was')
        expect(self.run(pod, '1 / 0')['error'] == 'ZeroDivisionError', 'the kernel does not report an error')
