#!/usr/bin/env python3
"""Drives a server with the real kubectl: what a user does first, step by step.

  kubectl_test.py --binary build/server/k8snet-apiserver [unittest arguments...]

KUBECTL names another kubectl than the one on the path; without any the test is skipped.
"""
import json
import os
import queue
import re
import shutil
import subprocess
import threading
import unittest

import apiserver

KUBECTL = os.environ.get("KUBECTL") or shutil.which("kubectl")

BETA = """apiVersion: extensions/v1beta1
kind: Ingress
metadata:
  name: hello
  namespace: default
spec:
  backend:
    serviceName: web
    servicePort: %s
  rules:
  - host: hello.example.com
    http:
      paths:
      - path: /
        pathType: Exact
        backend:
          serviceName: web
          servicePort: http
"""


class Kubectl(apiserver.TestCase):
    storage = "sqlite"

    def kubectl(self, *arguments, stdin=None, fails=False):
        """Runs kubectl and returns what it printed, standard error included if it is to fail."""
        run = subprocess.run([KUBECTL, f"--kubeconfig={self.server.kubeconfig}",
                              f"--cache-dir={self.server.dir}/cache", *arguments],
                             input=stdin, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode != 0, fails, f"{arguments}: {run.stdout}{run.stderr}")
        return run.stdout + (run.stderr if fails else "")

    def get(self, resource, name="hello"):
        return json.loads(self.kubectl("get", resource, name, "-o", "json"))

    def test_applies_and_reads_in_every_version(self):
        out = self.kubectl("apply", "-f", "-", stdin=BETA % 80)
        self.assertRegex(out, "ingress.*/hello created")
        out = self.kubectl("apply", "-f", "-", stdin=BETA % 80)
        self.assertRegex(out, "ingress.*/hello unchanged")

        for resource in ("ingresses.v1beta1.extensions", "ingresses.v1beta1.networking.k8s.io"):
            self.assertEqual(self.get(resource)["spec"]["backend"],
                             {"serviceName": "web", "servicePort": 80}, resource)
        v1 = self.get("ingresses.v1.networking.k8s.io")
        self.assertEqual(v1["apiVersion"], "networking.k8s.io/v1")
        self.assertEqual(v1["spec"]["defaultBackend"],
                         {"service": {"name": "web", "port": {"number": 80}}})
        self.assertEqual(v1["spec"]["rules"][0]["http"]["paths"][0]["backend"],
                         {"service": {"name": "web", "port": {"name": "http"}}})
        self.assertEqual(v1["spec"]["rules"][0]["http"]["paths"][0]["pathType"],
                         "Exact")

        # A changed object goes as a strategic merge patch.
        out = self.kubectl("apply", "-f", "-", stdin=BETA % 8080)
        self.assertRegex(out, "ingress.*/hello configured")
        changed = self.get("ingresses.v1.networking.k8s.io")
        self.assertEqual(changed["spec"]["defaultBackend"]["service"]["port"], {"number": 8080})
        self.assertEqual(changed["metadata"]["uid"], v1["metadata"]["uid"])
        self.assertEqual(changed["metadata"]["generation"], 2)

        # Replace, with the version read and with an older one.
        changed["spec"]["defaultBackend"]["service"]["port"] = {"name": "web"}
        self.kubectl("replace", "-f", "-", stdin=json.dumps(changed))
        out = self.kubectl("replace", "-f", "-", stdin=json.dumps(changed), fails=True)
        self.assertIn("the object has been modified", out)

        self.kubectl("patch", "ingresses.v1beta1.networking.k8s.io", "hello", "--type=merge", "-p",
                     '{"spec":{"backend":{"servicePort":7}},"metadata":{"labels":{"a":"b"}}}')
        patched = self.get("ingresses.v1beta1.extensions")
        self.assertEqual(patched["spec"]["backend"]["servicePort"], 7)
        self.assertEqual(patched["metadata"]["labels"], {"a": "b"})

        table = self.kubectl("get", "ingress", "-A")
        self.assertRegex(table, "NAMESPACE +NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE")
        self.assertRegex(table, r"default +hello +<none> +hello\.example\.com +80 ")
        self.assertIn("hello", self.kubectl("get", "ingress", "-l", "a=b"))
        self.assertIn("hello", self.kubectl("describe", "ingress", "hello"))

        self.kubectl("delete", "ingress", "hello")
        self.assertIn("NotFound", self.kubectl("get", "ingress", "hello", fails=True))
        self.kubectl("delete", "ingress", "hello", "--ignore-not-found")

    def test_watches(self):
        self.kubectl("create", "namespace", "watching")
        mine = (BETA % 80).replace("namespace: default", "namespace: watching")
        watch = subprocess.Popen(
            [KUBECTL, f"--kubeconfig={self.server.kubeconfig}",
             f"--cache-dir={self.server.dir}/cache", "get", "ingress", "-w", "-n", "watching", "--output-watch-events",
             "-o", "custom-columns=TYPE:type,NAME:object.metadata.name,A:object.metadata.labels.a",
             "--no-headers"], stdout=subprocess.PIPE, text=True)
        lines = queue.SimpleQueue()
        threading.Thread(target=lambda: [lines.put(line.split()) for line in watch.stdout],
                         daemon=True).start()
        try:
            self.kubectl("apply", "-f", "-", stdin=mine)
            self.assertEqual(lines.get(timeout=30)[:2], ["ADDED", "hello"])
            self.kubectl("label", "ingress", "hello", "a=1", "-n", "watching")
            self.assertEqual(lines.get(timeout=30), ["MODIFIED", "hello", "1"])
            self.kubectl("delete", "ingress", "hello", "-n", "watching")
            self.assertEqual(lines.get(timeout=30)[:2], ["DELETED", "hello"])
        finally:
            watch.kill()
            watch.wait()
            watch.stdout.close()

    def test_namespaces_hold_and_take_along(self):
        names = self.kubectl("get", "namespaces", "-o", "name").split()
        for name in ("default", "kube-system", "kube-public", "kube-node-lease"):
            self.assertIn("namespace/" + name, names)
        elsewhere = (BETA % 80).replace("namespace: default", "namespace: elsewhere")
        self.assertIn('namespaces "elsewhere" not found', self.kubectl(
            "apply", "-f", "-", stdin=elsewhere, fails=True))
        self.kubectl("create", "namespace", "elsewhere")
        self.kubectl("apply", "-f", "-", stdin=elsewhere)
        self.assertIn("hello", self.kubectl("get", "ingress", "-n", "elsewhere", "-o", "name"))
        self.kubectl("delete", "namespace", "elsewhere", "--timeout=30s")
        self.assertEqual(self.kubectl("get", "ingress", "-n", "elsewhere", "-o", "name"), "")
        self.assertIn("forbidden", self.kubectl("delete", "namespace", "default", fails=True))

    def test_ingress_classes_have_no_namespace(self):
        self.kubectl("apply", "-f", "-", stdin="""apiVersion: networking.k8s.io/v1beta1
kind: IngressClass
metadata:
  name: external
spec:
  controller: example.com/controller
""")
        got = self.get("ingressclasses.v1.networking.k8s.io", "external")
        self.assertEqual(got["spec"]["controller"], "example.com/controller")
        self.assertRegex(self.kubectl("get", "ingressclass"),
                         r"external +example\.com/controller +<none> ")
        self.kubectl("delete", "ingressclass", "external")

    def test_validates_explains_and_compares(self):
        # Wrong fields are found by the client or the server, by the age of kubectl.
        for wrong, complaint in (("pathType", "pathTyp"), ("serviceName: web", "serviceNam: web")):
            out = self.kubectl("apply", "-f", "-", stdin=(BETA % 80).replace(wrong, complaint),
                               fails=True)
            self.assertRegex(out, 'unknown field "[^"]*' + complaint.split(":")[0])
        self.kubectl("create", "--dry-run=client", "-f", "-", stdin=BETA % 80)
        self.kubectl("create", "--dry-run=server", "-f", "-", stdin=BETA % 80)
        self.assertIn("NotFound", self.kubectl("get", "ingress", "hello", fails=True))
        self.kubectl("apply", "-f", "-", stdin=BETA % 80)
        self.kubectl("diff", "-f", "-", stdin=BETA % 80)
        out = self.kubectl("diff", "-f", "-", stdin=BETA % 8080, fails=True)
        self.assertRegex(out, r"(?m)^\+ .*8080$")
        self.kubectl("delete", "ingress", "hello")

    def schema_paths(self, schemas, name, path):
        """Yields each struct below a schema: its path, and the names of its fields."""
        properties = schemas[name].get("properties", {})
        if not properties:
            return
        yield path, list(properties)
        for field, schema in properties.items():
            schema = schema.get("items", schema)
            for reference in [schema] + schema.get("allOf", []):
                if "$ref" in reference and (field != "metadata" or path == "service"):
                    yield from self.schema_paths(
                        schemas, reference["$ref"].split("/")[-1], f"{path}.{field}")

    def test_explains_every_field(self):
        structs = 0
        for version in self.kubectl("api-versions").split():
            prefix = "apis/" if "/" in version else "api/"
            document = json.loads(self.kubectl("get", "--raw", f"/openapi/v3/{prefix}{version}"))
            schemas = document["components"]["schemas"]
            for resource in json.loads(self.kubectl("get", "--raw", f"/{prefix}{version}"))["resources"]:
                if "/" in resource["name"]:
                    continue
                name = next(n for n, s in schemas.items() if any(
                    (gvk["kind"], gvk["version"]) == (resource["kind"], version.split("/")[-1])
                    for gvk in s.get("x-kubernetes-group-version-kind", ())))
                for path, fields in self.schema_paths(schemas, name, resource["singularName"]):
                    out = self.kubectl("explain", path, "--api-version=" + version)
                    structs += 1
                    for field in fields:
                        # The name and the type, then what it is, further to the right.
                        self.assertRegex(out, rf"(?m)^ +{re.escape(field)}\t<.*>.*\n +\S", path)
        self.assertGreater(structs, 80)

    def test_discovers(self):
        self.assertEqual(self.kubectl("api-versions").split(),
                         ["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "extensions/v1beta1",
                          "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "v1"])
        resources = self.kubectl("api-resources", "--no-headers", "-o", "name").split()
        for name in ("services", "endpoints", "namespaces", "ingresses.networking.k8s.io",
                     "ingressclasses.networking.k8s.io", "networkpolicies.networking.k8s.io",
                     "endpointslices.discovery.k8s.io"):
            self.assertIn(name, resources)
        self.assertRegex(self.kubectl("version"), r"Server Version: .*v?1\.37\.")
        self.assertIn(self.server.url, self.kubectl("cluster-info"))
        paths = json.loads(self.kubectl("get", "--raw", "/"))["paths"]
        for path in paths:
            if path == "/openapi/v3/":
                continue
            self.kubectl("get", "--raw", path)
        for path in ("/api", "/apis", "/apis/networking.k8s.io/v1", "/healthz", "/livez", "/readyz",
                     "/openapi/v2", "/openapi/v3", "/version"):
            self.assertIn(path, paths)


if __name__ == "__main__":
    apiserver.main("kubectl" if not KUBECTL else None)
