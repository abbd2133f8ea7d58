"""ffmpeg with x264: each pod encodes a part of one video."""
import hashlib, os
from lab import Program, expect

FRAMES = 1500


class Ffmpeg(Program):
    title = 'ffmpeg, x264 with threads'
    state = 'the video, byte for byte as that of an uninterrupted ffmpeg'
    root = 'today'
    heavy = True

    def build(self, lab):
        command = ' '.join(self.example.command).replace('/data/', '/out/')
        self.wanted = self.hash_of(lab.built('ffmpeg', [], 'sh', '-c', command, root='today'))

    def fill(self, pod):
        self.await_share(pod)

    def hash_of(self, directory):
        with open(os.path.join(directory, 'video.mkv'), 'rb') as file:
            return hashlib.sha256(file.read()).hexdigest()

    def await_share(self, pod):
        """Waits until this pod has encoded its share of the frames."""
        share = (pod.number + 1) * FRAMES // (self.cycles + 2)
        pod.until(lambda: max((int(line.split('=')[1]) for line in pod.output if line.startswith('frame=')), default=0) > share, f'{share} frames')

    def check(self, pod):
        if pod.number < self.cycles:
            self.await_share(pod)
            return
        expect(pod.wait() == 0, f'ffmpeg ended with {pod.process.returncode}: {pod.last_words()}')
        expect(self.hash_of(os.path.join(pod.directory, 'data')) == self.wanted, 'the video is not as an uninterrupted one')
