"""make with four compilers at once. Each pod compiles a part of a project in C."""
import hashlib, os, re
from lab import Program, expect

GENERATE_AND_MAKE = 'python3 /source/make/generate.py /out && make -s -j4 -C /out'


class Make(Program):
    title = 'make -j4, GCC'
    state = 'every object and the program, byte for byte as those of an uninterrupted build; what was compiled is not compiled again'
    root = 'today'
    heavy = True

    def build(self, lab):
        self.wanted = self.hashes(lab.built('make', ['make/generate.py'], 'sh', '-ec', GENERATE_AND_MAKE, root='today'))
        self.objects = {name for name in self.wanted if name.endswith('.o')}

    def fill(self, pod):
        self.commands = []
        self.await_share(pod)

    def hashes(self, directory):
        def hash_of(name):
            with open(os.path.join(directory, name), 'rb') as file:
                return hashlib.sha256(file.read()).hexdigest()
        return {name: hash_of(name) for name in os.listdir(directory)}

    def await_share(self, pod):
        """Waits until this pod has compiled its share of the files."""
        share = (pod.number + 1) * len(self.objects) // (self.cycles + 2)
        pod.until(lambda: len(self.objects.intersection(os.listdir(os.path.join(pod.directory, 'build')))) > share, f'{share} files are compiled')
        expect('cc1' in pod.execute('ps', '-eo', 'comm='), 'no compiler runs')

    def saved(self, pod):
        self.commands += pod.output

    def check(self, pod):
        if pod.number < self.cycles:
            self.await_share(pod)
            return
        expect(pod.wait() == 0, f'make ended with {pod.process.returncode}: {pod.last_words()}')
        self.commands += pod.output
        compiled = re.findall(r'-c -o (\S+)', '\n'.join(self.commands))
        expect(sorted(compiled) == sorted(self.objects), 'a file was compiled twice, or not at all')
        expect(self.hashes(os.path.join(pod.directory, 'build')) == self.wanted, 'the build is not as an uninterrupted one')
