"""OpenTTD, a game: a server, and players who join it. A player's own OpenTTD computes each step of the world, too."""
from lab import Program, expect

JOIN = '''mkdir -p /tmp/{name} && printf '[network]\\nclient_name = {name}\\n' >/tmp/{name}/openttd.cfg && cd /tmp/{name} && exec env HOME=/tmp/{name} \
/usr/games/openttd -v null:ticks=1000000000 -s null -m null -b null -x -c /tmp/{name}/openttd.cfg -n {address}:3979'''


class OpenTTD(Program):
    title = 'OpenTTD, a game server'
    state = 'the date, every company; a player joins in each pod, and computes the same world as the server for days'
    root = 'today'
    heavy = True

    def fill(self, pod):
        self.date = ''
        pod.until(lambda: self.answer(pod, 'getdate', 'Date: '), 'the server')
        self.check(pod)

    def before(self, pod):
        self.date = self.answer(pod, 'getdate', 'Date: ')

    def saved(self, pod):
        self.close()

    def check(self, pod):
        date = self.answer(pod, 'getdate', 'Date: ')
        expect(date >= self.date, f'the date was {self.date} and is {date}')
        name = f'player-{pod.number}'
        self.player = pod.client.start('sh', '-ec', JOIN.format(name=name, address=pod.address))
        pod.until(lambda: self.is_active(pod, name), 'the player plays')
        joined = self.answer(pod, 'getdate', 'Date: ')
        pod.until(lambda: self.answer(pod, 'getdate', 'Date: ')[-2:] != joined[-2:], 'another day')
        expect(self.is_active(pod, name), 'the player has left')  # the server throws out players who compute another world
        companies = [self.answer(pod, 'companies', f'#:{number + 1}(') for number in range(pod.number + 1)]
        expect("'player-0 Transport'" in companies[0], f'the first company is {companies[0]}')

    def is_active(self, pod, name):
        line = self.answer(pod, 'status', 'Client #')
        return f"'{name}'" in line and "'active'" in line

    def answer(self, pod, command, start):
        """Types a command into the console of the server, and returns the last line of the answer."""
        said = len(pod.output)
        pod.say(command + '\n')
        return pod.until(lambda: [line for line in pod.output[said:] if line.startswith(start)], command, seconds=10)[-1]

    def close(self):
        if hasattr(self, 'player'):
            self.player.terminate()  # which runc passes on to the player
