#!/usr/bin/env python3
"""Records what a kube-apiserver tells of the kinds that are served here, without descriptions.

  record.py https://127.0.0.1:6443 --cert admin.crt --key admin.key newest.json.gz
"""
import argparse
import gzip
import json
import re
import ssl
import urllib.request

OURS = re.compile(
    r"/(api|apis|version|api/v1|apis/(networking|discovery)\.k8s\.io(/v1)?)/"
    r"|/apis/(networking|discovery)\.k8s\.io/v1/.*"
    r"|/api/v1/(watch/)?(namespaces/{namespace}/)?(services|endpoints)(/.*)?"
    r"|/api/v1/(watch/)?namespaces(/{name}(/.*)?)?")
DOCUMENTS = ("api", "api/v1", "apis", "version", "apis/networking.k8s.io", "apis/networking.k8s.io/v1",
             "apis/discovery.k8s.io", "apis/discovery.k8s.io/v1")


def bare(value):
    """`value` without the descriptions in it."""
    if isinstance(value, dict):
        return {name: bare(member) for name, member in value.items()
                if name != "description" or not isinstance(member, str)}
    return [bare(item) for item in value] if isinstance(value, list) else value


def references(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from [member] if name == "$ref" else references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def cut(document):
    """Leaves the paths of our kinds, and what they refer to."""
    document["paths"] = {path: item for path, item in document["paths"].items()
                         if OURS.fullmatch(path)}
    shelves = {"#/definitions/": document.get("definitions"),
               "#/parameters/": document.get("parameters"),
               "#/components/schemas/": document.get("components", {}).get("schemas")}
    kept, todo = {}, list(references(document["paths"]))
    while todo:
        reference = todo.pop()
        if reference not in kept:
            shelf, name = next((s, reference[len(s):]) for s in shelves if reference.startswith(s))
            kept[reference] = shelves[shelf][name]
            todo += references(kept[reference])
    for shelf, content in shelves.items():
        for name in list(content or ()):
            if shelf + name not in kept:
                del content[name]
    return bare(document)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "--cert", "--key", "out"):
        parser.add_argument(name)
    options = parser.parse_args()
    context = ssl._create_unverified_context()
    context.load_cert_chain(options.cert, options.key)

    def get(path):
        with urllib.request.urlopen(options.url + path, context=context) as answer:
            return cut(json.load(answer))

    documents = {"v2": get("/openapi/v2")}
    documents.update({"v3/" + name: get("/openapi/v3/" + name) for name in DOCUMENTS})
    text = json.dumps(documents, sort_keys=True, separators=(",", ":"))
    with open(options.out, "wb") as out:
        out.write(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
