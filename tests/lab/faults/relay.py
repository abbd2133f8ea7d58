"""Reads what programs say at once, so that it is known who spoke when."""
import collections, os, select, threading


class Relay:
    def __init__(self):
        self._heard = collections.deque()   # (host name, line), in the order of their coming
        self._rest = {}                     # descriptor: (host name, the beginning of a line)
        self._poll = select.epoll()
        threading.Thread(target=self._listen, daemon=True).start()

    def open_for(self, host_name):
        """Returns a descriptor for the standard output of a pod. The caller closes it."""
        reader, writer = os.pipe()
        self._rest[reader] = (host_name, b'')
        self._poll.register(reader, select.EPOLLIN)
        return writer

    def is_open_for(self, host_name):
        """Whether more may come from a pod. What it said before its end may not have been read yet."""
        return any(host == host_name for host, _ in list(self._rest.values()))

    def take(self):
        while self._heard:
            yield self._heard.popleft()

    def _listen(self):
        while True:
            # pods in the order of their start, as a dictionary has them: of words that come together, those of the
            # older pod were first
            ready = {reader for reader, _ in self._poll.poll()}
            for reader in [reader for reader in list(self._rest) if reader in ready]:
                host_name, rest = self._rest[reader]
                data = os.read(reader, 65536)
                if not data:
                    self._poll.unregister(reader)
                    del self._rest[reader]  # before the number can be another pod's
                    os.close(reader)
                    continue
                *lines, rest = (rest + data).split(b'\n')
                self._heard.extend((host_name, line.decode()) for line in lines)
                self._rest[reader] = (host_name, rest)
