#!/usr/bin/env python3
"""Kills a server with SIGKILL while it is written to: what it acknowledged must be there after the
restart, and the revision must not go back. Then store files that it must not touch.

  durability_test.py --binary build/server/k8snet-apiserver [unittest arguments...]

K8SNET_KILLS (default 50) is how often.
"""
import hashlib
import http.client
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import time
import unittest

import apiserver
from apiserver import ApiServer, Client

KILLS = int(os.environ.get("K8SNET_KILLS", "50"))
WRITERS = 4
COLLECTION = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"


def ingress(name):
    return {"metadata": {"name": name}, "spec": {"defaultBackend": {
        "service": {"name": "web", "port": {"number": 80}}}}}


class Writer(threading.Thread):
    """Creates, changes and deletes objects of its own until the server is gone."""

    def __init__(self, url, prefix):
        super().__init__()
        self.client, self.prefix = Client(url), prefix
        self.alive, self.unsure, self.dead, self.revision = {}, set(), set(), 0

    def run(self):
        for i in range(1_000_000):
            name = f"{self.prefix}-{i}"
            try:
                self.write("POST", COLLECTION, name, ingress(name), 201)
                if i % 3 == 1:
                    changed = ingress(name)
                    changed["spec"]["defaultBackend"]["service"]["port"]["number"] = 8080
                    self.write("PUT", f"{COLLECTION}/{name}", name, changed, 200)
                if i % 3 == 2:
                    self.unsure.add(name)
                    status, _ = self.client.call("DELETE", f"{COLLECTION}/{name}")
                    if status == 200:
                        self.unsure.discard(name)
                        self.dead.add(name)
                        del self.alive[name]
            except (OSError, http.client.HTTPException):
                return

    def write(self, method, path, name, body, code):
        self.unsure.add(name)
        status, answer = self.client.call(method, path, body)
        if status != code:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        self.unsure.discard(name)
        self.alive[name] = answer["metadata"]["resourceVersion"]
        self.revision = max(self.revision, int(self.alive[name]))


class Killed(unittest.TestCase):
    def test_keeps_what_it_acknowledged(self):
        alive, dead, revision = {}, set(), 0
        random_ = random.Random(20260101)
        with tempfile.TemporaryDirectory(prefix="k8snet-") as directory:
            store = f"sqlite:{directory}/store.db"
            for round_ in range(KILLS):
                with ApiServer(apiserver.BINARY, directory=directory, storage=store) as server:
                    unsure = self.check(server, alive, dead, revision) if round_ else set()
                    writers = [Writer(server.url, f"r{round_}w{i}") for i in range(WRITERS)]
                    for writer in writers:
                        writer.start()
                    time.sleep(random_.uniform(0.02, 0.2))
                    server.process.kill()
                    for writer in writers:
                        writer.join()
                    server.process.wait()
                for writer in writers:
                    for name in writer.unsure:
                        writer.alive.pop(name, None)
                    alive.update(writer.alive)
                    dead |= writer.dead
                    revision = max(revision, writer.revision)
            with ApiServer(apiserver.BINARY, directory=directory, storage=store) as server:
                self.check(server, alive, dead, revision)
        self.assertGreater(len(alive), KILLS)
        print(f"{KILLS} kills, {len(alive)} objects alive, {len(dead)} deleted, revision {revision}")

    def check(self, server, alive, dead, revision):
        status, found = Client(server.url).call("GET", COLLECTION)
        self.assertEqual(status, 200)
        self.assertGreaterEqual(int(found["metadata"]["resourceVersion"]), revision)
        by_name = {i["metadata"]["name"]: i["metadata"]["resourceVersion"] for i in found["items"]}
        lost = {n: v for n, v in alive.items() if by_name.get(n) != v}
        self.assertEqual(lost, {}, "acknowledged writes were lost")
        self.assertEqual(dead & by_name.keys(), set(), "acknowledged deletions were lost")


class StoreFiles(unittest.TestCase):
    def start(self, path):
        """Starts a server that must fail; returns what it said."""
        run = subprocess.run(
            [apiserver.BINARY, "--bind-address=127.0.0.1", "--secure-port=0",
             f"--storage=sqlite:{path}", f"--cert-dir={path.parent}/certs"],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertIn(str(path), run.stderr)
        self.assertEqual(run.stdout, "")
        return run.stderr

    def test_that_are_no_store_are_refused_and_untouched(self):
        with tempfile.TemporaryDirectory(prefix="k8snet-") as directory:
            path = pathlib.Path(directory) / "store.db"
            with ApiServer(apiserver.BINARY, directory=directory, storage=f"sqlite:{path}") as server:
                client = Client(server.url)
                for i in range(200):
                    client.call("POST", COLLECTION, ingress(f"i{i}"))
            good = path.read_bytes()
            for content in (b"hello\n" * 1000, good[:len(good) // 2], good[:4096], good[:100]):
                path.write_bytes(content)
                for leftover in path.parent.glob("store.db-*"):
                    leftover.unlink()
                before = hashlib.sha256(path.read_bytes()).digest()
                self.start(path)
                self.assertEqual(hashlib.sha256(path.read_bytes()).digest(), before)
            path.unlink()
            path.mkdir()
            self.start(path)

    def test_of_a_running_server_are_refused(self):
        with tempfile.TemporaryDirectory(prefix="k8snet-") as directory:
            path = pathlib.Path(directory) / "store.db"
            with ApiServer(apiserver.BINARY, directory=directory, storage=f"sqlite:{path}") as server:
                self.assertRegex(self.start(path), "lock|use")
                status, _ = Client(server.url).call("POST", COLLECTION, ingress("a"))
                self.assertEqual(status, 201)


if __name__ == "__main__":
    apiserver.main()
