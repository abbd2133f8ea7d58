"""Reads a manifest of examples/programs/ as a kubelet would: command, configuration, volumes and capabilities."""
import os, re, sys

sys.path.append('/usr/lib/python3/dist-packages')  # where Debian installs python3-yaml, for any Python
import yaml

DIRECTORY = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../examples/programs'))
BASIC = {'CHECKPOINT_RESTORE', 'SYS_PTRACE'}
FULL = BASIC | {'SYS_ADMIN', 'NET_ADMIN', 'SYS_TIME'}


class Example:
    def __init__(self, name):
        with open(os.path.join(DIRECTORY, name + '.yaml')) as file:
            self.objects = {document['kind']: document for document in yaml.safe_load_all(file)}
        self.pod = self.objects['StatefulSet']['spec']['template']['spec']
        self.container, = self.pod['containers']
        security = self.container['securityContext']
        if set(security) != {'capabilities', 'seccompProfile'} or set(security['capabilities']) != {'add'} or security['seccompProfile'] != {'type': 'Unconfined'}:
            sys.exit(f'{name}: securityContext may only add capabilities and set seccompProfile to Unconfined, but it is {security}')
        self.capabilities = security['capabilities']['add']
        self.command = self.container['args']       # the entry point of the image is: crik run --
        self.has_input = self.container.get('stdin', False)
        self.files = self.objects['ConfigMap']['data']
        self.grace_period = self.pod['terminationGracePeriodSeconds']

    @property
    def level(self):
        return 'basic' if set(self.capabilities) == BASIC else 'full' if set(self.capabilities) >= FULL else ' '.join(self.capabilities)

    @property
    def needs(self):
        """The lines of its configuration that other programs do not need, and its capabilities outside of the two levels."""
        lines = [re.sub(r' +#.*', '', line) for line in self.files['config.yaml'].splitlines() if line and not line.startswith(('imageDir:', 'gracePeriod:', '#'))]
        return lines + [name for name in self.capabilities if name not in BASIC | FULL]

    @property
    def environment(self):
        def value(item):
            source = item.get('valueFrom', {}).get('secretKeyRef')
            return self.objects['Secret']['stringData'][source['key']] if source else item['value']
        return {item['name']: str(value(item)) for item in self.container.get('env', [])}

    def volumes(self, directory):
        """For each volume a directory, and where it is mounted. The directories stay for the next pod, as claims do."""
        for mount in self.container['volumeMounts']:
            path = os.path.join(directory, mount['name'])
            os.makedirs(path, exist_ok=True)
            configured = [volume for volume in self.pod['volumes'] if volume['name'] == mount['name']]
            for name, text in self.files.items() if configured else ():
                with open(os.path.join(path, name), 'w') as file:
                    file.write(text)
            yield f'{path}:{mount["mountPath"]}' + (':ro' if configured else '')
