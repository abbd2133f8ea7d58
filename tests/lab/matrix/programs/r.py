"""R: a simulation with random numbers, part of which forked workers do."""
from lab import Program
from uninterrupted import Uninterrupted


class R(Program):
    title = 'R, a simulation with workers'
    state = 'the numbers of each step exactly as in an uninterrupted simulation'
    root = 'today'
    heavy = True
    other = None

    def fill(self, pod):
        self.printed = ''
        self.other = Uninterrupted(pod, 'Rscript', '/matrix/simulation.R')
        self.check(pod)

    def saved(self, pod):
        self.printed += pod.read('out')

    def check(self, pod):
        pod.until(lambda: len(pod.output) > 10, 'ten steps')
        self.other.compare(self.printed + pod.read('out'))

    def close(self):
        if self.other:
            self.other.close()
