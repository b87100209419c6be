#!/usr/bin/env python3
"""Starts and ends servers: flags, files, identities, signals.

  lifecycle_test.py --binary build/server/k8snet-apiserver [unittest arguments...]
"""
import base64
import http.client
import pathlib
import re
import signal
import ssl
import stat
import subprocess
import tempfile
import time
import unittest

import apiserver
from apiserver import ApiServer, Client

COLLECTION = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"


def run(*arguments):
    return subprocess.run([apiserver.BINARY, *arguments], capture_output=True, text=True, timeout=30)


class Flags(unittest.TestCase):
    def test_print_help_and_version(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--secure-port", done.stdout)
        done = run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^Kubernetes v1\.\d+\.\d+\+k8snet")

    def test_that_are_wrong_end_with_2_and_a_line(self):
        for flag in ("--bogus", "--secure-port=x", "--feature-gates=Foo=true", "--storage=etcd", "x"):
            done = run(flag)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), flag)

    def test_that_name_missing_files_end_with_1_and_a_line(self):
        with tempfile.TemporaryDirectory(prefix="k8snet-") as directory:
            for flags in (["--token-auth-file=/nonexistent/x"], ["--client-ca-file=/nonexistent/x"],
                          ["--tls-cert-file=/nonexistent/x", "--tls-private-key-file=/nonexistent/y"]):
                done = run("--storage=memory", "--secure-port=0", f"--cert-dir={directory}", *flags)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), flags)
                self.assertIn("/nonexistent/x", done.stderr)

    def test_for_a_port_in_use_end_with_1_and_a_line(self):
        with apiserver.ApiServer(apiserver.BINARY) as server:
            done = run("--storage=memory", "--bind-address=127.0.0.1", f"--secure-port={server.port}",
                       f"--cert-dir={server.dir}/certs")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
            self.assertIn(str(server.port), done.stderr)


class Files(unittest.TestCase):
    def test_are_the_owners_alone(self):
        with ApiServer(apiserver.BINARY) as server:
            root = pathlib.Path(server.dir)
            for path in [root / "kubeconfig", *(root / "certs").iterdir()]:
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
            self.assertEqual(stat.S_IMODE((root / "certs").stat().st_mode), 0o700)

    def test_stay_over_a_restart(self):
        with tempfile.TemporaryDirectory(prefix="k8snet-") as directory:
            seen = []
            for _ in range(2):
                with ApiServer(apiserver.BINARY, directory=directory) as server:
                    seen.append(pathlib.Path(directory, "certs/apiserver.crt").read_text())
                    self.assertEqual(KubeconfigClient(server).get("/version")[0], 200)
            self.assertEqual(*seen)


class KubeconfigClient:
    """Trusts and shows only what the kubeconfig holds."""

    def __init__(self, server):
        text = pathlib.Path(server.kubeconfig).read_text()
        pem = {key: base64.b64decode(re.search(key + r"-data: (\S+)", text)[1]).decode()
               for key in ("certificate-authority", "client-certificate", "client-key")}
        self.context = ssl.create_default_context(cadata=pem["certificate-authority"])
        with tempfile.NamedTemporaryFile("w") as both:
            both.write(pem["client-certificate"] + pem["client-key"])
            both.flush()
            self.context.load_cert_chain(both.name)
        self.port = server.port

    def get(self, path):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body


class Identities(apiserver.TestCase):
    def test_are_told_apart(self):
        self.assertEqual(Client(self.server.url).call("GET", COLLECTION)[0], 200)
        self.assertEqual(KubeconfigClient(self.server).get(COLLECTION)[0], 200)
        self.assertEqual(Client(self.server.url, token=None).call("GET", COLLECTION)[0], 200)
        status, answer = Client(self.server.url, token="wrong").call("GET", COLLECTION)
        self.assertEqual((status, answer["reason"], answer["message"]),
                         (401, "Unauthorized", "Unauthorized"))

    def test_without_anonymous_need_credentials(self):
        with ApiServer(apiserver.BINARY, "--anonymous-auth=false") as server:
            self.assertEqual(Client(server.url, token=None).call("GET", "/healthz")[0], 401)
            self.assertEqual(Client(server.url).call("GET", COLLECTION)[0], 200)

    def test_get_the_headers_of_every_answer(self):
        for path, code in ((COLLECTION, 200), ("/nowhere", 404), ("/healthz", 200), (COLLECTION + "/x", 404)):
            status, headers, _ = self.client.send("GET", path, headers={"Audit-ID": "abc"})
            self.assertEqual((status, headers["Audit-Id"], headers["Cache-Control"]),
                             (code, "abc", "no-cache, private"), path)


class Signals(unittest.TestCase):
    def test_end_watches_and_the_program(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with ApiServer(apiserver.BINARY) as server:
                watch = http.client.HTTPSConnection(
                    "127.0.0.1", server.port, context=ssl._create_unverified_context(), timeout=10)
                watch.request("GET", COLLECTION + "?watch=1")
                response = watch.getresponse()
                self.assertEqual(response.status, 200)
                server.process.send_signal(number)
                self.assertEqual(response.read(), b"", "the watch did not end cleanly")
                self.assertEqual(server.process.wait(10), 0)
                watch.close()

    def test_fail_readiness_first(self):
        with ApiServer(apiserver.BINARY, "--shutdown-delay-duration=2s") as server:
            client = Client(server.url)
            self.assertEqual(client.send("GET", "/readyz")[0], 200)
            server.process.terminate()
            time.sleep(0.3)
            status, _, body = client.send("GET", "/readyz")
            self.assertEqual(status, 500)
            self.assertIn(b"[-]shutdown failed: reason withheld\nreadyz check failed\n", body)
            self.assertEqual(client.send("GET", "/livez")[0], 200)
            self.assertEqual(client.call("GET", COLLECTION)[0], 200)
            self.assertEqual(server.process.wait(10), 0)

    def test_end_at_once_the_second_time(self):
        with ApiServer(apiserver.BINARY, "--shutdown-delay-duration=60s") as server:
            server.process.terminate()
            time.sleep(0.3)
            self.assertIsNone(server.process.poll())
            server.process.terminate()
            self.assertEqual(server.process.wait(5), 1)


if __name__ == "__main__":
    apiserver.main()
