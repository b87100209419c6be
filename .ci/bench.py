#!/usr/bin/env python3
"""Measures the library beside Kubernetes' own Go code: codecs, conversion, and decode + default +
convert + validate. Prints one table; with factors, since only those bear a busy machine.

  taskset -c 1 .ci/bench.py [--build build] [--rounds 3] [--filter Ingress]

Needs Go, and the network once: the Go program (.ci/bench/main.go) is built in
~/.cache/k8snet-bench against the modules of KUBE_VERSION (default v1.37.2). Without Go the
columns of Kubernetes stay empty. Each side runs in every round, and the best of all rounds counts.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# What each operation has to reach: times as fast as Go.
TARGETS = {"DecodeJson": 6, "EncodeJson": 3, "DecodeProtobuf": 4, "EncodeProtobuf": 3,
           "AcceptJson": 10}


def build_go():
    """Returns the Go program, or None if there is no Go."""
    if not shutil.which("go"):
        return None
    version = os.environ.get("KUBE_VERSION", "v1.37.2")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    room = cache / "k8snet-bench" / version
    room.mkdir(parents=True, exist_ok=True)
    go = {**os.environ, "GOFLAGS": "-mod=mod -buildvcs=false"}

    def run(*command):
        return subprocess.run(command, cwd=room, env=go, check=True, capture_output=True,
                              text=True).stdout

    if not (room / "go.mod").exists():
        # The staging modules have the release's number, but start at 0.
        head = f"module bench\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes {version}\n"
        (room / "go.mod").write_text(head)
        kubernetes = pathlib.Path(json.loads(run("go", "mod", "download", "-json",
                                                 f"k8s.io/kubernetes@{version}"))["Dir"])
        staging = set(re.findall(r"(k8s\.io/[a-z-]+) v0\.0\.0\n", (kubernetes / "go.mod").read_text()))
        replaced = [f"replace {m} => {m} v0.{version[3:]}\n" for m in sorted(staging)]
        (room / "go.mod").write_text(head + "".join(replaced))
        shutil.copyfile(kubernetes / "go.sum", room / "go.sum")
    shutil.copyfile(HERE / "bench" / "main.go", room / "main.go")
    run("go", "build", "-p", "1", "-o", "bench", ".")
    return room / "bench"


def run_ours(program, pattern):
    out = subprocess.run([program, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.02",
                          "--benchmark_repetitions=15", "--benchmark_format=json"],
                         check=True, capture_output=True, text=True).stdout
    for run in json.loads(out)["benchmarks"]:
        if run["run_type"] == "iteration":
            yield run["name"].split("/repeats")[0], run["cpu_time"], run["bytes"], run["allocs"]


def run_go(program, inputs, pattern):
    out = subprocess.run([program, inputs, pattern], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        name, ns, size, allocations = line.split()
        yield name, float(ns), int(size), float(allocations)


def keep_best(best, runs):
    for name, ns, size, allocations in runs:
        if name not in best or ns < best[name][0]:
            best[name] = (ns, size, allocations)


def print_table(ours, theirs):
    print(f"{'':32} {'k8snet':>28}   {'Kubernetes':>28}")
    columns = f"{'ns':>12} {'MB/s':>7} {'allocs':>7}"
    print(f"{'':32} {columns}   {columns}   factor")
    missed = 0
    for name, (ns, size, allocations) in ours.items():
        line = f"{name:32} {ns:12,.0f} {size / ns * 1e3:7,.0f} {allocations:7,.0f}"
        kind, operation = name.split("/")
        if name in theirs:
            their_ns, their_size, their_allocations = theirs[name]
            factor = their_ns / ns
            line += (f"   {their_ns:12,.0f} {their_size / their_ns * 1e3:7,.0f}"
                     f" {their_allocations:7,.0f}   {factor:5.1f}x")
            if operation in TARGETS:
                good = factor >= TARGETS[operation]
                missed += not good
                line += f" (target {TARGETS[operation]}x{'' if good else ', missed'})"
        bare = ours.get(f"{kind}/BareJson")
        if bare and operation == "DecodeJson":
            line += f"   {100 * bare[0] / ns:.0f} % of the bare parse"
        print(line)
    if theirs:
        print(f"{missed} targets missed")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=HERE.parent / "build", type=pathlib.Path)
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--filter", default=".", help="regular expression of names")
    arguments = parser.parse_args()
    programs = [arguments.build / "apis/codec_bench", arguments.build / "server/accept_bench"]
    go = build_go()
    ours, theirs = {}, {}
    with tempfile.TemporaryDirectory() as inputs:
        subprocess.run([programs[0], f"--write={inputs}"], check=True)
        for _ in range(arguments.rounds):
            for program in programs:
                keep_best(ours, run_ours(program, arguments.filter))
            if go:
                keep_best(theirs, run_go(go, inputs, arguments.filter))
    print_table(ours, theirs)


if __name__ == "__main__":
    main()
