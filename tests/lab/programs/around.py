"""around.py: writes in each round what the program sees around it. With the argument "sidecar" it is the sidecar."""
import hashlib, json, os, signal, socket, ssl, sys, time, urllib.error, urllib.request

SECRETS = '/var/run/secrets/kubernetes.io/serviceaccount'
SIDECAR = ('127.0.0.1', 9000)


def serve():
    """Answers each line with a name that is another one after each start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())    # without a handler, PID 1 ignores it
    name, listener = os.urandom(4).hex(), socket.create_server(SIDECAR)
    while True:
        with listener.accept()[0] as connection:
            while connection.recv(1):
                connection.sendall(f'{name}\n'.encode())


def pod_of(token):
    """Asks the API server to which pod a token belongs."""
    body = {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'SelfSubjectReview'}
    request = urllib.request.Request('https://10.96.0.1/apis/authentication.k8s.io/v1/selfsubjectreviews', json.dumps(body).encode(),
                                     {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'})
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=f'{SECRETS}/ca.crt'), timeout=10) as answer:
            return json.load(answer)['status']['userInfo']['extra']['authentication.kubernetes.io/pod-uid'][0]
    except urllib.error.HTTPError as error:
        return 'refused' if error.code == 401 else str(error)
    except OSError as error:
        return str(error)


def address_of(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return None


class Sidecar:
    connections = 0
    connection = None

    def name(self):
        try:
            if self.connection is None:
                self.connection = socket.create_connection(SIDECAR)
                self.connections += 1
            self.connection.sendall(b'?')
            if answer := self.connection.recv(100):
                return answer.decode().strip()
        except OSError:
            pass
        self.connection = None
        return self.name()


def run():
    token, data, sidecar = os.open(f'{SECRETS}/token', os.O_RDONLY), open('/work/data', 'rb'), Sidecar()
    read = lambda: os.pread(token, 10000, 0).decode()
    at_start, number = read(), 0
    while True:
        number += 1
        data.seek(0)
        seen = {'tokenOfFile': pod_of(read()), 'tokenOfStart': pod_of(at_start), 'sidecar': sidecar.name(), 'connections': sidecar.connections,
                'late': address_of('late'), 'data': hashlib.sha256(data.read()).hexdigest(), 'prepared': len(open('/work/prepared').readlines())}
        print(f'{json.dumps(seen)}\ncount {number}', flush=True)
        time.sleep(0.5)


serve() if sys.argv[1:] == ['sidecar'] else run()
