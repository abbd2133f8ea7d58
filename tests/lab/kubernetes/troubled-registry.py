"""A registry with troubles, for tests: it stands before the cluster's registry and passes requests on, badly.

    troubled-registry.py ADDRESS PORT CERTIFICATE KEY AUTHORITY TROUBLE

It listens with TLS at ADDRESS:PORT and sends requests to port 443 of ADDRESS. The file TROUBLE says how it behaves, and
is read for each request. An empty file is no trouble. Otherwise it has one of these words:

    slow            passes on 4 KiB of a request's content every tenth of a second
    401             refuses every request, and wants a password that nobody has
    429, 500, 503   answers every request that writes with this status, and with Retry-After: 1
    drops           passes on manifests without their annotations
    hangs           never answers a request that writes

The requests that had trouble are counted in the file TROUBLE.count.
"""
import http.client
import http.server
import json
import ssl
import sys
import threading
import time

address, port, certificate, key, authority, trouble_file = sys.argv[1:]
upstream = ssl.create_default_context(cafile=authority)
counting = threading.Lock()
count = 0


def trouble():
    with open(trouble_file, encoding="ascii") as file:
        return file.read().strip()


def count_one():
    global count
    with counting:
        count += 1
        with open(trouble_file + ".count", "w", encoding="ascii") as file:
            file.write(str(count))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_request(self):
        kind, writes = trouble(), self.command in ("POST", "PATCH", "PUT")
        content = self.read_content(kind)
        if kind == "401":
            count_one()
            self.answer(401, {"WWW-Authenticate": 'Basic realm="lab"'}, b"")
        elif kind == "hangs" and writes:
            count_one()
            while trouble() == "hangs":
                time.sleep(0.2)
            self.close_connection = True
        elif kind in ("429", "500", "503") and writes:
            count_one()
            self.answer(int(kind), {"Retry-After": "1"}, b"")
        else:
            if kind == "drops" and self.command == "PUT" and "/manifests/" in self.path:
                count_one()
                manifest = json.loads(content)
                manifest.pop("annotations", None)
                content = json.dumps(manifest).encode()
            self.pass_on(content)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request

    def read_content(self, kind):
        parts = []
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.read_slowly(size, kind))
                self.rfile.readline()
            self.rfile.readline()
        elif size := int(self.headers.get("Content-Length", 0)):
            parts.append(self.read_slowly(size, kind))
        return b"".join(parts)

    def read_slowly(self, size, kind):
        if kind != "slow":
            return self.rfile.read(size)
        count_one()
        parts = []
        while size > 0:
            parts.append(self.rfile.read(min(size, 4096)))
            size -= 4096
            time.sleep(0.1)
        return b"".join(parts)

    def pass_on(self, content):
        connection = http.client.HTTPSConnection(address, 443, context=upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("transfer-encoding", "content-length", "connection")}
            if content or self.command in ("POST", "PATCH", "PUT"):
                headers["Content-Length"] = str(len(content))
            connection.request(self.command, self.path, body=content or None, headers=headers)
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in ("transfer-encoding", "connection", "content-length")}
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.answer(answer.status, kept, answer.read(), length)
        finally:
            connection.close()

    def answer(self, status, headers, content, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_context.load_cert_chain(certificate, key)
server = http.server.ThreadingHTTPServer((address, int(port)), Handler)
server.daemon_threads = True
server.socket = server_context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
