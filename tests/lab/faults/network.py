"""A node state server that cannot be reached: packets to it, or to the name server, are dropped, or it never answers."""
import os, resource, subprocess, sys

import deadline

HERE = os.path.dirname(os.path.abspath(__file__))
NOWHERE, SELF, PORT = '10.77.0.1', '10.77.0.2', '9376'
DROPPED, NAME_DROPPED, FULL, MUTE = 'packets are dropped', "the name server's packets are dropped", 'its queue is full', 'it never answers'


class Network:
    """The network of one pod: a device that drops every packet, and perhaps a server that never answers."""

    def __init__(self, how):
        self.how, self._server = how, None

    def set_up(self, pid):
        inside = ['nsenter', '-t', str(pid), '-n']
        # the other end of the cable takes no packet for the address that NOWHERE is said to have
        for command in ('link set lo up', 'link add drop type veth peer name end', 'link set end up', 'link set drop up',
                        f'address add {SELF}/24 dev drop', f'neighbour add {NOWHERE} lladdr 02:00:00:00:00:01 dev drop'):
            subprocess.check_call([*inside, 'ip', *command.split()])
        if self.how in (FULL, MUTE):
            self._server = subprocess.Popen([*inside, sys.executable, HERE + '/silent.py', SELF, PORT, 'full' if self.how == FULL else 'mute'],
                                            stdout=subprocess.PIPE)
            self._server.stdout.readline()

    def close(self):
        if self._server:
            self._server.kill()
            self._server.wait()
            self._server.stdout.close()

    def environment(self, timeout):
        host = {NAME_DROPPED: 'node-state-server.example', DROPPED: NOWHERE}.get(self.how, SELF)
        return [f'CRIK_NODE_STATE_SERVER_URL=http://{host}:{PORT}', 'KUBERNETES_NODE_NAME=node', f'CRIK_NODE_STATE_TIMEOUT={timeout}s']


def unreachable(how):
    def run(link):
        """The time-out for the answer is short, or longer than the grace period."""
        network = Network(how)
        if how == NAME_DROPPED:
            for slot in link.slots:
                with open(slot.bundle + '/resolv.conf', 'w') as file:
                    file.write(f'nameserver {NOWHERE}\n')
        timeout = link.rng.choice([1, 60])
        try:
            pod = link.start(before=network.set_up, env=network.environment(timeout))
            deadline.wait_until_it_runs(link, pod)
            deadline.pause(link, 1)
            return deadline.terminate(link, pod, happened=lambda: f'{how}, a time-out of {timeout} s')
        finally:
            network.close()
    return run


def dropped_with_few_descriptors(link):
    """Packets are dropped, and hardly a descriptor is left for another question."""
    network = Network(DROPPED)
    try:
        pod = link.start(before=network.set_up, env=network.environment(1))
        deadline.wait_until_it_runs(link, pod)
        deadline.pause(link, 0.5)
        most = 1 + max(int(name) for name in os.listdir(f'/proc/{pod.pid}/fd')) + link.rng.randrange(3)
        resource.prlimit(pod.pid, resource.RLIMIT_NOFILE, (most, most))
        deadline.pause(link, 0.5)
        return deadline.terminate(link, pod, happened=lambda: f'{DROPPED}, and RLIMIT_NOFILE is {most}')
    finally:
        network.close()


CASES = [(f'node state server: {how}', unreachable(how), {}) for how in (DROPPED, NAME_DROPPED, FULL, MUTE)]
CASES.append((f'node state server: {DROPPED}, few descriptors', dropped_with_few_descriptors, {}))
