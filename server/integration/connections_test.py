#!/usr/bin/env python3
"""Many idle connections and watches at once, and clients that are slow on purpose.

  connections_test.py --binary build/server/k8snet-apiserver [unittest arguments...]

K8SNET_CONNECTIONS (default 2000) is how many of each.
"""
import base64
import glob
import json
import os
import resource
import selectors
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import apiserver
from apiserver import Client

COUNT = int(os.environ.get("K8SNET_CONNECTIONS", "2000"))
COLLECTION = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"
CHANGES = 5


def ingress(name):
    return {"metadata": {"name": name}, "spec": {"defaultBackend": {
        "service": {"name": "web", "port": {"number": 80}}}}}


def events_of(raw):
    """Type and name of the events in a chunked answer so far."""
    body = raw.split(b"\r\n\r\n", 1)[1]
    out = b""
    while b"\r\n" in body:
        size, body = body.split(b"\r\n", 1)
        size = int(size, 16)
        if len(body) < size + 2:
            break
        out, body = out + body[:size], body[size + 2:]
    return [(e["type"], e["object"]["metadata"]["name"])
            for e in map(json.loads, out.splitlines())]


class Connections(apiserver.TestCase):
    def status(self, key):
        with open(f"/proc/{self.server.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith(key + ":"))

    def connect(self, request=None):
        context = ssl._create_unverified_context()
        sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.server.port), 30))
        if request:
            sock.sendall(f"GET {request} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                         f"{apiserver.TOKEN}\r\n\r\n".encode())
        return sock

    def head(self, sock):
        raw = b""
        while b"\r\n\r\n" not in raw:
            part = sock.recv(65536)
            self.assertTrue(part, raw)
            raw += part
        self.assertTrue(raw.startswith(b"HTTP/1.1 200 "), raw)
        return raw

    def test_cost_no_threads_and_watchers_see_every_change_once(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        threads, memory = self.status("Threads"), self.status("VmRSS")
        idle = []
        for _ in range(COUNT):
            idle.append(self.connect("/healthz"))
            self.head(idle[-1])
        after_idle = self.status("VmRSS")
        watches = {}
        for _ in range(COUNT):
            sock = self.connect(COLLECTION + "?watch=1")
            watches[sock] = self.head(sock)
        after_watches = self.status("VmRSS")
        self.assertEqual(self.status("Threads"), threads)
        print(f"{COUNT} idle: {(after_idle - memory) / COUNT:.1f} KiB each; {COUNT} watches: "
              f"{(after_watches - after_idle) / COUNT:.1f} KiB each; {threads} threads")

        started = time.monotonic()
        want = [("ADDED", f"c{i}") for i in range(CHANGES)]
        for _, name in want:
            self.assertEqual(self.client.call("POST", COLLECTION, ingress(name))[0], 201)
        with selectors.DefaultSelector() as selector:
            for sock in watches:
                sock.setblocking(False)
                selector.register(sock, selectors.EVENT_READ)
            waiting = set(watches)
            while waiting and time.monotonic() - started < 60:
                for key, _ in selector.select(1):
                    sock = key.fileobj
                    try:
                        while True:
                            part = sock.recv(65536)
                            self.assertTrue(part, "a watch ended")
                            watches[sock] += part
                    except ssl.SSLWantReadError:
                        pass
                    if len(events_of(watches[sock])) >= len(want):
                        waiting.discard(sock)
        print(f"{CHANGES} creates reached {COUNT} watchers in {time.monotonic() - started:.2f} s")
        for raw in watches.values():
            self.assertEqual(events_of(raw), want)
        self.assertEqual(self.status("Threads"), threads)
        for sock in idle:  # Still open, and of use.
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        for sock in idle:
            self.head(sock)
            sock.close()
        for sock in watches:
            sock.close()

    def test_that_dribble_or_never_read_disturb_nobody(self):
        slow = [self.connect() for _ in range(50)]
        deaf = []
        for _ in range(20):
            sock = self.connect(COLLECTION + "?watch=1&resourceVersion=0")
            deaf.append(sock)
        raw = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(50)]
        text = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        hello = bytes.fromhex("1603010200010001fc0303") + bytes(32)  # The start of a TLS handshake.
        big = ingress("big")
        big["metadata"]["annotations"] = {"a": "x" * 200_000}
        client = Client(self.server.url)
        self.assertIn(client.call("POST", COLLECTION, big)[0], (201, 409))
        latencies = []
        for i in range(30):
            for sock in slow:
                sock.sendall(text[i:i + 1])
            for sock in raw:
                sock.sendall(hello[i:i + 1])
            start = time.monotonic()
            self.assertEqual(client.call("GET", COLLECTION + "/big")[0], 200)
            big["metadata"]["annotations"] = {"a": str(i) + "x" * 200_000}
            self.assertEqual(client.call("PUT", COLLECTION + "/big", big)[0], 200)
            latencies.append(time.monotonic() - start)
        latencies.sort()
        print(f"beside them a GET and a PUT of 200 kB take {latencies[15] * 1e3:.1f} ms "
              f"(worst {latencies[-1] * 1e3:.1f})")
        self.assertLess(latencies[15], 0.5)
        for sock in slow + deaf + raw:
            sock.close()

    def sockets(self):
        links = glob.glob(f"/proc/{self.server.process.pid}/fd/*")
        return sum(os.readlink(link).startswith("socket:") for link in links)

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_of_http2_carry_many_watches_each(self):
        watches, before = 100, self.sockets()
        threads = self.status("Threads")
        with tempfile.TemporaryDirectory() as directory:
            config = os.path.join(directory, "config")
            with open(config, "w") as f:
                for i in range(watches):
                    f.write(f'url = "{self.server.url}{COLLECTION}?watch=1&timeoutSeconds=4&n={i}"\n'
                            f'output = "{directory}/{i}.out"\n')
            curl = subprocess.Popen(
                ["curl", "-sSk", "--http2", "--no-buffer", "--parallel", "--parallel-max",
                 str(watches), "-H", f"Authorization: Bearer {apiserver.TOKEN}", "-w",
                 "%{http_version} %{http_code}\n", "-K", config], stdout=subprocess.PIPE, text=True)
            time.sleep(1.5)
            self.assertLessEqual(self.sockets() - before, 3)
            self.assertEqual(self.status("Threads"), threads)
            self.assertEqual(self.client.call("POST", COLLECTION, ingress("shared"))[0], 201)
            said, _ = curl.communicate(timeout=60)
            self.assertEqual(curl.returncode, 0)
            self.assertEqual(said.splitlines(), ["2 200"] * watches)
            for i in range(watches):
                with open(f"{directory}/{i}.out") as f:
                    events = [json.loads(line) for line in f]
                self.assertEqual([e["object"]["metadata"]["name"] for e in events
                                  if e["object"]["metadata"]["name"] == "shared"], ["shared"])

    def websocket(self, target, *protocols, accept="application/json"):
        """The connection after the handshake, and what came of its head."""
        context = ssl._create_unverified_context()
        sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.server.port), 30))
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nOrigin: http://x\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: "
                     f"{', '.join(protocols)}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = sock.recv(1)
            self.assertTrue(byte, head)
            head += byte
        return sock, head.decode()

    def message(self, sock):
        """First byte and payload of the next frame of a WebSocket."""
        def read(size):
            data = b""
            while len(data) < size:
                part = sock.recv(size - len(data))
                self.assertTrue(part, data)
                data += part
            return data
        first, size = read(2)
        if size >= 126:
            size = int.from_bytes(read(2 if size == 126 else 8), "big")
        return first, read(size)

    def test_of_websockets_watch_with_a_token_in_a_subprotocol(self):
        secret = ("base64url.bearer.authorization.k8s.io." +
                  base64.urlsafe_b64encode(apiserver.TOKEN.encode()).decode().rstrip("="))
        watch = COLLECTION + "?watch=1&timeoutSeconds=2&resourceVersion=" + self.client.call(
            "GET", COLLECTION)[1]["metadata"]["resourceVersion"]
        sock, head = self.websocket(watch, secret, "binary.k8s.io")
        proto, proto_head = self.websocket(watch, secret, "binary.k8s.io",
                                           accept="application/vnd.kubernetes.protobuf;stream=watch")
        for text in (head, proto_head):
            self.assertTrue(text.startswith("HTTP/1.1 101 "), text)
            self.assertIn("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", text)
            self.assertIn("Sec-WebSocket-Protocol: binary.k8s.io\r\n", text)
            self.assertNotIn("Audit-Id", text)
        self.assertEqual(self.client.call("POST", COLLECTION, ingress("message"))[0], 201)
        first, event = self.message(sock)
        self.assertEqual(first, 0x81)
        self.assertTrue(event.endswith(b"}\n"), event)
        self.assertEqual(json.loads(event)["object"]["metadata"]["name"], "message")
        first, event = self.message(proto)
        self.assertEqual(first, 0x82)
        self.assertTrue(event.startswith(b"\x0a\x05ADDED\x12"), event)
        for end in (sock, proto):
            self.assertEqual(self.message(end), (0x88, b"\x03\xe8"))
            end.close()
        refused, head = self.websocket(watch, secret + "x", "binary.k8s.io")
        self.assertTrue(head.startswith("HTTP/1.1 401 "), head)
        refused.close()


if __name__ == "__main__":
    apiserver.main()
