#!/usr/bin/env python3
"""Sends every Ingress and IngressClass of a folder of real manifests, and reads each back in every
version. Writing back what was read in one version must change nothing in another.

  manifests_test.py --binary build/server/k8snet-apiserver

K8SNET_CORPORA names the folder that holds manifests/ (default: ../shared/corpora beside the clone);
without it the test is skipped.
"""
import json
import os
import pathlib
import re
import unittest

import apiserver

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANIFESTS = pathlib.Path(os.environ.get("K8SNET_CORPORA", ROOT.parent / "shared/corpora")) / "manifests"

# Refused with 422 by kube-apiserver 1.37.2 too, or for older versions by the same rules: templates
# with a name still to be filled in, and networking.k8s.io/v1 without its pathType. File and name of
# the object, fields of the causes.
REFUSED = {
    ("002-ingress.yaml", "nginx-test"): [
        "spec.rules[0].http.paths[0].backend.serviceName",
    ],
    ("007-ingress.yaml", "external-auth-oauth2"): [
        "spec.rules[0].host",
    ],
    ("007-ingress.yaml", "oauth2-proxy"): [
        "spec.rules[0].host",
        "spec.tls[0].hosts[0]",
    ],
    ("017-ingress.yaml", "nginx-test"): [
        "spec.rules[0].http.paths[0].backend.serviceName",
    ],
    ("023-ingress.yaml", "nginx-test"): [
        "spec.rules[0].http.paths[0].backend.serviceName",
    ],
    ("028-ingress.yaml", "docker-registry"): [
        "spec.rules[0].host",
    ],
    ("029-ingress.yaml", "external-auth-oauth2"): [
        "spec.rules[0].host",
    ],
    ("052-ingress.yaml", "external-auth-oauth2"): [
        "spec.rules[0].host",
    ],
    ("052-ingress.yaml", "oauth2-proxy"): [
        "spec.rules[0].host",
        "spec.tls[0].hosts[0]",
    ],
    ("056-ingress.yaml", "docker-registry"): [
        "spec.rules[0].host",
        "spec.tls[0].hosts[0]",
    ],
    ("086-ingress.yaml", "cookie-samesite-none"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("086-ingress.yaml", "cookie-samesite-strict"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("088-ingress.yaml", "nginx-test"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("089-ingress.yaml", "external-auth"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("091-ingress.yaml", "nginxhello-ingress"): [
        "spec",
    ],
    ("092-ingress.yaml", "nginx-configuration-snippet"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("094-ingress.yaml", "docker-registry"): [
        "spec.rules[0].host",
        "spec.rules[0].http.paths[0].pathType",
        "spec.tls[0].hosts[0]",
    ],
    ("095-ingress.yaml", "docker-registry"): [
        "spec.rules[0].host",
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("097-ingress.yaml", "ingress-nginx"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("098-ingress.yaml", "nginx-test"): [
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("106-ingress.yaml", "external-auth-oauth2"): [
        "spec.rules[0].host",
    ],
    ("106-ingress.yaml", "oauth2-proxy"): [
        "spec.rules[0].host",
        "spec.tls[0].hosts[0]",
        "spec.tls[0].secretName",
    ],
    ("110-ingress.yaml", "docker-registry"): [
        "spec.rules[0].host",
        "spec.tls[0].hosts[0]",
    ],
    ("175-ingressclass.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.controller",
    ],
    ("176-ingress.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.backend",
        "spec.rules[0].http.paths[0].backend",
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("178-ingress.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.defaultBackend",
        "spec.rules[0].http.paths[0].backend",
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("179-ingressclass.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.controller",
    ],
    ("182-ingress.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.backend",
        "spec.rules[0].http.paths[0].backend",
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("184-ingress.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.defaultBackend",
        "spec.rules[0].http.paths[0].backend",
        "spec.rules[0].http.paths[0].pathType",
    ],
    ("185-ingress.yaml", "2"): [
        "metadata.finalizers[0]",
        "spec.backend",
        "spec.rules[0].http.paths[0].backend",
        "spec.rules[0].http.paths[0].pathType",
    ],
}

RESOURCES = {
    "Ingress": ("ingresses", ("extensions/v1beta1", "networking.k8s.io/v1beta1",
                              "networking.k8s.io/v1")),
    "IngressClass": ("ingressclasses", ("networking.k8s.io/v1beta1", "networking.k8s.io/v1")),
}


def documents():
    """Yields file name, apiVersion, kind, namespace and text of what is to be sent."""
    for path in sorted(MANIFESTS.glob("*.yaml")):
        for text in re.split(r"^---.*$", path.read_text(), flags=re.M):
            kind = re.search(r"^kind:\s*(\S+)", text, re.M)
            if kind and kind[1] in RESOURCES:
                version = re.search(r"^apiVersion:\s*(\S+)", text, re.M)[1]
                namespace = re.search(r"^metadata:\n(?:[ #].*\n|\n)*?  namespace:\s*\"?([^\"\s]+)", text, re.M)
                yield path.name, version, kind[1], namespace[1] if namespace else "default", text


class Manifests(apiserver.TestCase):
    def collection(self, version, kind, namespace):
        plural = RESOURCES[kind][0]
        return f"/apis/{version}/" + (plural if kind == "IngressClass"
                                      else f"namespaces/{namespace}/{plural}")

    def test_are_taken_and_read_back_in_every_version(self):
        count = 0
        for file, version, kind, namespace, text in documents():
            with self.subTest(file=file, version=version, kind=kind):
                self.round_trip(file, version, kind, namespace, text)
            count += 1
        self.assertGreater(count, 0)
        print(f"{count} manifests")

    def round_trip(self, file, version, kind, namespace, text):
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        status, answer = self.call("POST", self.collection(version, kind, namespace), text,
                                   {"Content-Type": "application/yaml"})
        fields = REFUSED.get((file, re.search(r"^  name:\s*\"?([^\"\s]+)", text, re.M)[1]))
        if fields:
            self.assertEqual((status, answer.get("reason")), (422, "Invalid"), answer)
            self.assertEqual(sorted({c["field"] for c in answer["details"]["causes"]}), fields)
            return
        self.assertEqual(status, 201, answer)
        name, versions = answer["metadata"]["name"], RESOURCES[kind][1]
        read = {v: self.call("GET", self.collection(v, kind, namespace) + "/" + name)
                for v in versions}
        for v, (code, body) in read.items():
            self.assertEqual((code, body.get("apiVersion"), body.get("kind")), (200, v, kind), body)
        for v in versions:
            code, body = self.call("PUT", self.collection(v, kind, namespace) + "/" + name, read[v][1])
            self.assertEqual(code, 200, body)
            for other in versions:
                got = self.call("GET", self.collection(other, kind, namespace) + "/" + name)[1]
                self.assertEqual(got["spec"], read[other][1]["spec"], f"{v} changed {other}")
                self.assertEqual(got["metadata"]["generation"], 1)
        code, body = self.call("DELETE", self.collection(version, kind, namespace) + "/" + name)
        self.assertEqual(code, 200, body)


if __name__ == "__main__":
    apiserver.main(None if MANIFESTS.is_dir() else f"folder {MANIFESTS}")
