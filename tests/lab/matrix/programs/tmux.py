"""tmux with a shell and vim, each in its own pseudo-terminal, under a server that is a daemon."""
from lab import Program, expect


class Tmux(Program):
    title = 'tmux: a shell, and vim'
    state = 'the shell with its variables and history, vim with unsaved text, undo and registers; a client attaches and types'

    def tmux(self, pod, *words):
        return pod.execute('env', 'LANG=C.UTF-8', 'TERM=screen', 'tmux', *words)

    def type(self, pod, window, *keys):
        self.tmux(pod, 'send-keys', '-t', f'work:{window}', *keys)

    def until_shown(self, pod, window, text):
        pod.until(lambda: text in self.tmux(pod, 'capture-pane', '-p', '-t', f'work:{window}'), f'window {window} shows {text}')

    def fill(self, pod):
        pod.until(lambda: 'work' in self.tmux(pod, 'list-sessions'), 'the session')
        self.type(pod, 0, 'cd /tmp; PS1="> "; count=0; next() { count=$((count + 1)); echo "count is $count"; }', 'Enter')
        self.tmux(pod, 'new-window', '-t', 'work:1', 'vim', '-u', 'NONE', '/tmp/novel.txt')
        self.until_shown(pod, 1, 'novel.txt')
        self.type(pod, 1, 'iOnce upon a time', 'Escape', 'yy')
        self.number = 0
        self.check(pod)

    def check(self, pod):
        self.number += 1
        self.type(pod, 0, 'next', 'Enter')
        self.until_shown(pod, 0, f'count is {self.number}')
        self.type(pod, 1, 'p', f'A in pod {self.number}', 'Escape')  # inserts the line from the register again
        self.until_shown(pod, 1, f'Once upon a time in pod {self.number}')
        self.tmux(pod, 'resize-window', '-t', 'work:1', '-x', str(90 + self.number))
        self.tmux(pod, 'new-window', '-d', '-t', f'work:{1 + self.number}', 'bash --norc')  # the server can still make new terminals
        self.until_shown(pod, 1 + self.number, 'bash')
        self.until_shown(pod, 1, 'Once upon a time\n')

    def before(self, pod):
        self.type(pod, 1, ':2,$s/pod/container/', 'Enter', 'u')  # something to undo
        self.until_shown(pod, 1, 'in pod')
