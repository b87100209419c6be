#!/usr/bin/env python3
"""Reads the #include lines of the source tree and fails on any edge between folders that must not be.

  include_layers.py ROOT

What may include what stands in LAYERS. Public headers, those below include/ and gen/include/, may
include nothing but the standard library and other public headers; a private header is included from
its own folder alone.
"""
import pathlib
import re
import sys

TESTING = {"gtest", "gmock"}
# Layer: the layers that it may include, besides itself, and the libraries.
LAYERS = {
    "apis/base": ((), ()),
    "apis/codec": (("apis/base",), ()),
    "apis/gen": (("apis/base", "apis/codec"), ()),
    "apis/semantics": (("apis/base", "apis/gen"), ()),
    "apis/testing": (("apis/base", "apis/codec", "apis/gen"), TESTING),
    "apis": (("apis/base", "apis/codec", "apis/gen", "apis/semantics", "apis/testing"),
             TESTING | {"benchmark", "rapidjson", "yaml-cpp"}),
    "conversion": (("apis/base", "apis/codec", "apis/gen", "apis/testing"), TESTING | {"benchmark"}),
    "validation": (("apis/base", "apis/codec", "apis/gen", "apis/testing"),
                   TESTING | {"benchmark", "re2"}),
    "server/testing": (("apis/base", "apis/codec", "apis/gen", "apis/testing", "server"), TESTING),
    "server": (("apis/base", "apis/codec", "apis/gen", "apis/semantics", "apis/testing", "conversion",
                "validation", "server/testing"),
               TESTING | {"absl", "benchmark", "httplib.h", "libdeflate.h", "nghttp2", "openssl",
                          "prometheus", "rapidjson", "re2", "sqlite3.h", "yaml-cpp", "zlib.h"}),
    "codegen": ((), TESTING | {"google"}),
}
# Folders with what stands for a user's code, or for generated code.
OUTSIDE = {"output_tests", "package_tests", "user_kind"}
# Changes the layout of its classes by a macro, so that one file alone may see it.
ONCE = "httplib.h"
SYSTEM = re.compile(r"(arpa|linux|net|netinet|sys)/[a-z_]+\.h|"
                    r"(arm_neon|cxxabi|dirent|emmintrin|errno|fcntl|glob|limits|malloc|netdb|poll|pthread|sched|signal|stdlib"
                    r"|string|time|unistd)\.h")
INCLUDE = re.compile(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')


def layer_of(path):
    """The layer of a file of the tree, or of a public header as it is included."""
    for layer in ("apis/base", "apis/codec", "apis/semantics", "apis/testing", "server/testing"):
        if f"k8snet/{layer}/" in path:
            return layer
    for layer in ("apis", "conversion", "validation", "server", "codegen"):
        if path.startswith("k8snet/" + layer + "/"):
            return "apis/gen" if layer == "apis" else layer
    return "apis/gen" if path.startswith("apis/gen/") else path.split("/")[0]


def complaint(path, angled, name, exists):
    """Why the file at `path` must not include `name`, or None. `exists` tells whether a path does."""
    layer, top = layer_of(path), path.split("/")[0]
    layers, libraries = LAYERS[layer]
    public = "/include/" in path
    if angled:
        if "." not in name and "/" not in name:
            return None
        if SYSTEM.fullmatch(name):
            return "a system header in a public one" if public else None
        if name.split("/")[0] not in libraries:
            return "a library that this folder does not use"
        if public and layer not in ("apis/testing", "server/testing"):
            return "a third-party header in a public one"
        return None
    if name == "k8snet/options.pb.h":
        return None if top == "codegen" else "the generator's options"
    if name.startswith("k8snet/"):
        target = layer_of(name)
        if target == "apis/gen" and layer == "apis/base" and exists(f"apis/include/{name}"):
            return None
        return None if target == layer or target in layers else f"{layer} must not know {target}"
    if public:
        return "a private header in a public one"
    own = name if name.startswith(top + "/") else f"{top}/{name}"
    return None if exists(own) else f"no private header of {top}"


# One of each kind of mistake, and one of each thing that is right: the rules must tell them apart.
EXAMPLES = [
    ("apis/include/k8snet/apis/base/a.h", True, "vector", True),
    ("apis/include/k8snet/apis/base/a.h", False, "k8snet/apis/codec/json.h", False),
    ("apis/include/k8snet/apis/base/a.h", True, "rapidjson/reader.h", False),
    ("apis/include/k8snet/apis/codec/json.h", False, "k8snet/apis/networking/v1.h", False),
    ("apis/include/k8snet/apis/codec/json.h", True, "unistd.h", False),
    ("apis/include/k8snet/apis/semantics/a.h", False, "k8snet/apis/networking/v1.h", True),
    ("apis/include/k8snet/apis/semantics/a.h", False, "k8snet/apis/codec/json.h", False),
    ("apis/src/json.cc", True, "rapidjson/reader.h", True),
    ("apis/src/json.cc", False, "k8snet/server/http.h", False),
    ("apis/gen/include/k8snet/apis/networking/v1.h", False, "k8snet/apis/base/type.h", True),
    ("conversion/src/a.cc", False, "k8snet/validation/rules.h", False),
    ("validation/src/a.cc", False, "k8snet/apis/networking/v1.h", True),
    ("server/src/a.cc", False, "k8snet/validation/rules.h", True),
    ("server/src/a.cc", False, "src/b.h", True),
    ("server/src/a.cc", False, "src/c.h", False),
    ("server/src/a.cc", False, "apis/src/b.h", False),
    ("server/src/a.cc", False, "k8snet/options.pb.h", False),
    ("server/include/k8snet/server/a.h", False, "src/b.h", False),
    ("server/include/k8snet/server/testing/a.h", True, "gtest/gtest.h", True),
    ("codegen/src/a.cc", False, "k8snet/apis/base/result.h", False),
    ("codegen/src/a.cc", True, "google/protobuf/descriptor.h", True),
    ("server/src/a.cc", True, "google/protobuf/descriptor.h", False),
]


def main():
    for path, angled, name, good in EXAMPLES:
        if (complaint(path, angled, name, {"server/src/b.h"}.__contains__) is None) != good:
            sys.exit(f"the rules are wrong about {path} including {name}")
    root = pathlib.Path(sys.argv[1])
    files = sorted(path for folder in ("apis", "conversion", "validation", "server", "codegen")
                   for path in (root / folder).rglob("*")
                   if path.suffix in (".h", ".cc") and not OUTSIDE.intersection(path.parts))
    if not files:
        sys.exit(f"no sources below {root}")
    known = {path.relative_to(root).as_posix() for path in files}
    wrong, once = [], []
    for path in files:
        relative = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match[1] or match[2]
            once += [relative] if name == ONCE else []
            why = complaint(relative, match[1] is not None, name, known.__contains__)
            if why:
                wrong.append(f"{relative}:{number}: {name}: {why}")
    if len(once) > 1:
        wrong.append(f"{ONCE} is included by {', '.join(once)}: one file alone may")
    print("\n".join(wrong) or f"{len(files)} files include what they may")
    sys.exit(1 if wrong else 0)


main()
