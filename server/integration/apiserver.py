"""A k8snet-apiserver of a test's own: started on a free port of loopback, stopped at the end."""
import argparse
import http.client
import itertools
import json
import os
import queue
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

TOKEN = "integration"


class ApiServer:
    """`with ApiServer(binary, "--flag=value") as server:`; server.url, server.kubeconfig, server.dir."""

    def __init__(self, binary, *flags, directory=None, storage="memory"):
        self.binary, self.flags = binary, flags
        self.own = None if directory else tempfile.TemporaryDirectory(prefix="k8snet-")
        self.dir = directory or self.own.name
        self.storage = f"sqlite:{self.dir}/store.db" if storage == "sqlite" else storage
        self.kubeconfig = os.path.join(self.dir, "kubeconfig")

    def __enter__(self):
        tokens = os.path.join(self.dir, "tokens.csv")
        with open(tokens, "w") as f:
            f.write(f'{TOKEN},admin,admin,"system:masters"\n')
        if os.path.exists(self.kubeconfig):
            os.unlink(self.kubeconfig)
        self.log = open(os.path.join(self.dir, "server.log"), "ab")
        self.process = subprocess.Popen(
            [self.binary, "--bind-address=127.0.0.1", "--secure-port=0", f"--storage={self.storage}",
             f"--cert-dir={self.dir}/certs", f"--token-auth-file={tokens}",
             f"--write-kubeconfig={self.kubeconfig}", *self.flags],
            stdout=self.log, stderr=self.log)
        for _ in range(6000):  # The kubeconfig is written when the server is ready.
            if os.path.exists(self.kubeconfig) or self.process.poll() is not None:
                break
            time.sleep(0.005)
        if not os.path.exists(self.kubeconfig):
            self.process.kill()
            self.process.wait()
            raise RuntimeError("the server did not start: " + open(self.log.name).read()[-2000:])
        with open(self.kubeconfig) as f:
            self.url = re.search(r'server: *"?(https://[^"\s]+)', f.read())[1]
        self.port = urllib.parse.urlparse(self.url).port
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        if self.own:
            self.own.cleanup()


class Client:
    """One kept-alive connection to a server. Not thread-safe."""

    def __init__(self, url, token=TOKEN):
        self.url, self.token = url, token
        parts = urllib.parse.urlparse(url)
        self.host, self.port = parts.hostname, parts.port
        self.context = ssl._create_unverified_context()
        self.connection = None

    def send(self, method, path, body=None, headers=None):
        """Returns status, headers and body bytes; once more on a connection that was closed."""
        headers = {"Accept": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        for attempt in (0, 1):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPSConnection(
                        self.host, self.port, context=self.context, timeout=30)
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                return response.status, response.headers, response.read()
            except (http.client.HTTPException, OSError):
                self.connection = None
                if attempt:
                    raise

    def call(self, method, path, body=None, headers=None):
        """As send, with a body that is JSON if it is no text; returns status and the answer's JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        status, _, answer = self.send(method, path, body.encode() if body else None, headers)
        return status, json.loads(answer)


class InProcess:
    """The handler without sockets: `with InProcess(program, "--flag=value") as handler:`."""

    def __init__(self, program, *flags):
        self.program, self.flags = program, flags
        self.lock, self.answers, self.ids = threading.Lock(), {}, itertools.count()

    def __enter__(self):
        self.process = subprocess.Popen([self.program, *self.flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.url = self  # What a Client of it is made with.
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.reader.join()
        self.process.stdout.close()

    def read(self):
        while head := self.process.stdout.readline().split():
            headers = http.client.HTTPMessage()
            for _ in range(int(head[2])):
                name, value = self.process.stdout.readline().decode("latin-1").rstrip("\n").split(": ", 1)
                headers[name] = value
            with self.lock:
                waiting = self.answers.pop(head[0])
            waiting.put((int(head[1]), headers, self.process.stdout.read(int(head[3]))))
        with self.lock:  # The program has ended: nobody is to wait for it.
            for waiting in self.answers.values():
                waiting.put(None)

    def ask(self, method, path, body, headers):
        name, waiting = str(next(self.ids)).encode(), queue.SimpleQueue()
        lines = [f"{name.decode()} {method} {len(headers)} {len(body)}", path, *(f"{k}: {v}" for k, v in headers.items())]
        with self.lock:
            self.answers[name] = waiting
            self.process.stdin.write("".join(line + "\n" for line in lines).encode("latin-1") + body)
            self.process.stdin.flush()
        answer = waiting.get(timeout=60)
        if answer is None:
            raise OSError("the handler has ended")
        return answer


class InProcessClient:
    """As Client, for an InProcess. Thread-safe."""

    def __init__(self, url, token=TOKEN):
        self.url, self.token = url, token

    def send(self, method, path, body=None, headers=None):
        headers = {"Host": "localhost", "Accept-Encoding": "identity", "Accept": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None or method in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(len(body or b""))
        return self.url.ask(method, path, body or b"", headers)


class TestCase(unittest.TestCase):
    """Tests against one server for the class: self.server, and self.client, an administrator's."""
    storage = "memory"

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ApiServer(BINARY, storage=cls.storage))
        cls.client = Client(cls.server.url)

    @classmethod
    def call(cls, *arguments):
        return cls.client.call(*arguments)


BINARY = None
SKIPPED = 77  # What ctest takes for a skipped test.


def main(missing=None):
    """Runs the tests of the program's file. With `missing`, what they need and is not there, none."""
    global BINARY
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--binary", required=True)
    options, rest = parser.parse_known_args()
    if missing:
        print(f"skipped: no {missing}")
        sys.exit(SKIPPED)
    BINARY = os.path.abspath(options.binary)
    unittest.main(argv=sys.argv[:1] + rest, module="__main__", warnings="ignore")
