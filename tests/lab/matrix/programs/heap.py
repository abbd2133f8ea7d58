"""OpenJDK with a heap of 2 GiB, all of it in use, and 200 threads that wait for each other's locks."""
from lab import Program, expect


class Heap(Program):
    title = 'OpenJDK, 2 GiB heap, 200 threads'
    state = '1.6 GiB of numbers by checksum; money that 200 threads move between accounts: none is lost, no thread stops'
    heavy = True

    def build(self, lab):
        return lab.built('heap', ['java/Heap.java'], 'javac', '-d', '/out', '/source/java/Heap.java')

    def transfers(self, pod):
        return [int(number) for number in pod.get('/transfers').split()]

    def fill(self, pod):
        pod.until(lambda: min(self.transfers(pod)) > 0, 'a transfer of each thread')
        self.cells = pod.get('/cells')

    def before(self, pod):
        self.last = self.transfers(pod)

    def check(self, pod):
        expect(len(self.last) == 200 and all(now >= last for now, last in zip(self.transfers(pod), self.last)), 'the threads have lost transfers')
        seen = self.transfers(pod)
        pod.until(lambda: all(now > last for now, last in zip(self.transfers(pod), seen)), 'another transfer of each thread')
        expect(pod.get('/money') == '200000', 'money was lost')
        expect(pod.get('/cells') == self.cells, 'the heap has changed')
        expect('"account-199"' in pod.execute('jcmd', 'Heap', 'Thread.print'), 'jcmd does not show the threads')
