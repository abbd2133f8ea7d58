"""A shell that somebody types into: variables, a function, a trap, a coprocess that counts, a pipeline that never ends."""
from lab import Program, expect

SESSION = r'''
set -u; declare -A ages=([ada]=36 [alan]=41); list=(one "two words"); asked=0; umask 027; cd /var/tmp
greet() { asked=$((asked + 1)); echo "hello $1, number $asked"; }
trap 'echo "trapped, asked $asked"' USR1
coproc counter { n=0; while read -r _; do n=$((n + 1)); echo "$n"; done; }
( n=0; while :; do n=$((n + 1)); echo "$n"; sleep 0.05; done ) | while read -r n; do [ $((n % 10)) = 0 ] && echo "piped $n"; done &
started=$$
echo ready
'''


class Bash(Program):
    title = 'bash'
    state = 'variables, a function, a trap, a coprocess, a running pipeline, umask and directory'

    def fill(self, pod):
        self.asked, self.piped = 0, 0
        pod.say(SESSION)
        pod.until(lambda: 'ready' in pod.output, 'the session')
        self.check(pod)

    def answer(self, pod, line, start):
        said = len(pod.output)
        pod.say(line + '\n')
        return pod.until(lambda: [line for line in pod.output[said:] if line.startswith(start)], line)[0]

    def trapped(self, pod):
        said = len(pod.output)
        pod.signal('USR1')

        def answer():
            pod.say(':\n')  # bash runs a trap between two commands
            return [line for line in pod.output[said:] if line.startswith('trapped')]
        return pod.until(answer, 'the trap')

    def check(self, pod):
        self.asked += 1
        answer = self.answer(pod, 'greet "${list[1]} ${ages[alan]}"', 'hello')
        expect(answer == f'hello two words 41, number {self.asked}', f'the function printed: {answer}')
        counted = self.answer(pod, 'echo >&"${counter[1]}"; read -r n <&"${counter[0]}"; echo "counter $n"', 'counter')
        expect(counted == f'counter {self.asked}', f'the coprocess printed: {counted}')
        place = self.answer(pod, 'echo "place $PWD $(umask) $(( started == $$ ))"', 'place')
        expect(place == 'place /var/tmp 0027 1', f'directory, umask or process number changed: {place}')
        expect(self.trapped(pod) == [f'trapped, asked {self.asked}'], 'the trap has changed')
        self.pipeline(pod)

    def pipeline(self, pod):
        numbers = pod.until(lambda: [int(line[6:]) for line in pod.output if line.startswith('piped')], 'the pipeline')
        expected = list(range(self.piped + 10, self.piped + 10 * len(numbers) + 1, 10))
        expect(numbers == expected, f'the pipeline printed {numbers} after {self.piped}')
        return numbers[-1]

    def saved(self, pod):
        self.piped = self.pipeline(pod)
