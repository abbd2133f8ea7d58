"""PyTorch: a training whose pictures come from two workers of a DataLoader."""
from lab import Program, expect
from uninterrupted import Uninterrupted

LOOK = "import torch; saved = torch.load('/tmp/model.pt'); print(saved['step'], all(weight.isfinite().all() for weight in saved['model'].values()))"


class Torch(Program):
    title = 'PyTorch, DataLoader workers'
    state = 'the loss of each step, number for number as in an uninterrupted training; the saved model'
    root = 'torch'
    heavy = True
    other = None

    def fill(self, pod):
        self.printed = ''
        self.other = Uninterrupted(pod, 'python3', '/matrix/train.py')
        self.check(pod)

    def saved(self, pod):
        self.printed += pod.read('out')

    def check(self, pod):
        pod.until(lambda: len(pod.output) > 30, 'thirty steps')  # an epoch has 40, so that workers end and others start
        self.other.compare(self.printed + pod.read('out'))
        if pod.number == self.cycles:
            step, finite = pod.execute('python3', '-c', LOOK).split()
            expect(int(step) > self.printed.count('\n') and finite == 'True', f'the saved model is of step {step}, with finite weights: {finite}')

    def close(self):
        if self.other:
            self.other.close()
