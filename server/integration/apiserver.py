"""A k8snet-apiserver of a test's own: started on a free port of loopback, stopped at the end."""
import http.client
import os
import re
import ssl
import subprocess
import tempfile
import time
import urllib.parse

TOKEN = "integration"


class ApiServer:
    """`with ApiServer(binary, "--flag=value") as server:`; server.url, server.kubeconfig, server.dir."""

    def __init__(self, binary, *flags, directory=None, storage="memory"):
        self.binary, self.flags, self.storage = binary, flags, storage
        self.own = None if directory else tempfile.TemporaryDirectory(prefix="k8snet-")
        self.dir = directory or self.own.name
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
        headers = {"Accept": "application/json", "Authorization": "Bearer " + self.token, **(headers or {})}
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
