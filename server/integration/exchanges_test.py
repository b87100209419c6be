#!/usr/bin/env python3
"""Replays testdata/exchanges over TLS against servers of its own and compares every answer.

  exchanges_test.py --binary build/server/k8snet-apiserver [--recording newest-v4] [--only create]
                    [--show 20]
  exchanges_test.py --in-process build/server/in_process ...    the same without sockets

What is known to differ is listed in testdata/exchanges/gaps.tsv, a line each: recording and category
(with wildcards), a regular expression for the difference ("label: what differs"), the reason. A case
that differs and is not listed fails; so does a line that no case needs.
"""
import argparse
import collections
import fnmatch
import gzip
import json
import pathlib
import queue
import re
import sys
import threading
import typing

from apiserver import ApiServer, Client, InProcess, InProcessClient
from exchange import difference, play, says_nothing

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "exchanges"
SERVERS = 8  # The cases of a watch mostly wait.


class Gap(typing.NamedTuple):
    """A line of gaps.tsv."""
    recording: str
    category: str
    pattern: str
    reason: str

    def explains(self, recording, category, difference):
        return (fnmatch.fnmatch(recording, self.recording) and fnmatch.fnmatch(category, self.category)
                and re.search(self.pattern, difference) is not None)


def replay(binary, in_process, recording, cidrs, cases):
    """Returns for each case how it differs, or None."""
    loose = recording.startswith("legacy")
    flags = [f"--service-cluster-ip-range={cidrs}"] + (["--feature-gates=ServiceTopology=true"] if loose else [])
    todo, out = queue.SimpleQueue(), [None] * len(cases)
    for item in enumerate(cases):
        todo.put(item)
    def work():
        with InProcess(binary, *flags) if in_process else ApiServer(binary, *flags) as server:
            client = InProcessClient(server) if in_process else Client(server.url)
            while True:
                try:
                    i, case = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    out[i] = difference(case, play(client, case), loose)
                except Exception as e:  # A server that died or hung is a difference of the case.
                    out[i] = f"{type(e).__name__}: {e}"
                    if server.process.poll() is not None:
                        raise
    threads = [threading.Thread(target=work) for _ in range(min(SERVERS, len(cases)))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    while not todo.empty():
        out[todo.get()[0]] = "no server was left to ask"
    return out


def main():
    parser = argparse.ArgumentParser()
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--binary", help="a server, asked over TLS")
    program.add_argument("--in-process", help="a handler, asked over pipes")
    parser.add_argument("--recording", default="")
    parser.add_argument("--only", default="", help="one category")
    parser.add_argument("--show", type=int, default=10)
    args = parser.parse_args()

    with open(FOLDER / "gaps.tsv") as f:
        gaps = [Gap(*line.rstrip("\n").split("\t")) for line in f if line.strip()]
    needed, failed = set(), 0
    for file in sorted(FOLDER.glob("*.ndjson.gz")):
        recording = file.name.removesuffix(".ndjson.gz")
        if args.recording not in ("", recording):
            continue
        by_cluster = collections.defaultdict(list)
        default = {"v4": "10.0.0.0/16", "v6": "fd00:10::/112", "v4-v6": "10.0.0.0/16,fd00:10::/112",
                   "v6-v4": "fd00:10::/112,10.0.0.0/16"}[recording.split("-", 1)[1]]
        for line in gzip.open(file, "rt"):
            case = json.loads(line)
            if args.only in ("", case["category"]):
                by_cluster[",".join(case.get("serviceCIDRs", default.split(",")))].append(case)
        total, equal, silent = collections.Counter(), collections.Counter(), collections.Counter()
        for cidrs, cases in by_cluster.items():
            for case, why in zip(cases, replay(args.binary or args.in_process, bool(args.in_process), recording, cidrs, cases)):
                category = case["category"]
                total[category] += 1
                empty = recording.startswith("legacy") and says_nothing(case)
                silent[category] += empty
                equal[category] += not why and not empty
                listed = why and next((g for g in gaps if g.explains(recording, category, f"{case['label']}: {why}")), None)
                if listed:
                    needed.add(listed)
                elif why:
                    failed += 1
                    if failed <= args.show:
                        print(f"[{recording} {category}] {case['label']}: {why}")
        for category in sorted(total):
            print(f"{recording} {category}: {equal[category]} of {total[category]}"
                  + (f", {silent[category]} say nothing" if silent[category] else ""))
    if not args.only:
        for gap in gaps:
            if gap not in needed and fnmatch.fnmatch(args.recording or "*", gap.recording):
                failed += 1
                print("listed in gaps.tsv, but no case needs it:", *gap)
    print(f"{failed} unexpected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
