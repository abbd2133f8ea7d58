"""The same program in a container without crik. It prints what the pods must print, one after the other."""
from lab import expect


class Uninterrupted:
    """Starts a command in the client's container. It waits while nobody reads what it prints."""

    def __init__(self, pod, *command):
        self._process, self.compared = pod.client.start(*command), 0

    def compare(self, printed):
        """Compares all whole lines of what the pods have printed so far with those of the uninterrupted program."""
        for line in printed.split('\n')[self.compared:-1]:
            same = self._process.stdout.readline().rstrip('\n')
            expect(line == same, f'line {self.compared + 1} is "{line}", and without interruption "{same}"')
            self.compared += 1

    def close(self):
        self._process.kill()
        self._process.stdout.close()
