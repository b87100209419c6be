#!/usr/bin/env python3
"""Many idle connections and watches at once, and clients that are slow on purpose.

  connections_test.py --binary build/server/k8snet-apiserver [unittest arguments...]

K8SNET_CONNECTIONS (default 2000) is how many of each.
"""
import json
import os
import resource
import selectors
import socket
import ssl
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


if __name__ == "__main__":
    apiserver.main()
