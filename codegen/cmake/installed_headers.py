#!/usr/bin/env python3
"""Compiles each header installed below PREFIX alone, and fails on one that does not compile or that
brings in a header of neither the package nor the standard libraries, be it by another one.

  installed_headers.py PREFIX COMPILER
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

# Headers for tests, which say that they need GoogleTest.
NEED_GTEST = {"apis/testing/matchers.h", "server/testing/storage_suite.h"}


def includes(compiler, text, *flags):
    """The result of compiling `text`, and the files that it includes."""
    run = subprocess.run([compiler, "-std=c++20", *flags, "-fsyntax-only", "-x", "c++", "-", "-H"],
                         input=text, capture_output=True, text=True)
    lines = run.stderr.splitlines()
    files = {os.path.realpath(line.lstrip(".").strip()) for line in lines if line.startswith(".")}
    return run, files


def main():
    prefix, compiler = pathlib.Path(sys.argv[1]).resolve() / "include", sys.argv[2]
    run, standard = includes(compiler, "#include <bits/stdc++.h>\n")
    if run.returncode != 0:
        sys.exit(f"{compiler} does not compile its own headers: {run.stderr}")
    headers = sorted(str(h.relative_to(prefix)) for h in prefix.rglob("*.h"))
    headers = [h for h in headers if h.removeprefix("k8snet/") not in NEED_GTEST]
    bad = 0

    def compile_alone(header):
        return includes(compiler, f"#include <{header}>\n", f"-I{prefix}")

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, (run, files) in zip(headers, pool.map(compile_alone, headers)):
            foreign = sorted(f for f in files - standard if not f.startswith(str(prefix)))
            if run.returncode != 0:
                errors = [line for line in run.stderr.splitlines() if "error" in line]
                print(f"{header} does not compile alone:", *errors, sep="\n  ")
            elif foreign:
                print(f"{header} brings in others' headers:", *foreign, sep="\n  ")
            bad += run.returncode != 0 or bool(foreign)
    print(f"{len(headers)} headers, {bad} bad")
    sys.exit(bad > 0 or not headers)


if __name__ == "__main__":
    main()
