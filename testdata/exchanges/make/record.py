#!/usr/bin/env python3
"""Asks a kube-apiserver what cases of probes.py get, and keeps those answered the same twice.

  probes.py | record.py --url https://127.0.0.1:6443 --token T > probes.ndjson

The server holds nothing but the namespaces that every cluster has, and allows everything to the
token. Cases that other steps of the same cluster can disturb belong into runs of their own.
"""
import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "server" / "integration"))
from apiserver import Client
from exchange import difference, play


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", default="")
    args = parser.parse_args()
    client = Client(args.url, args.token)
    dropped = 0
    for line in sys.stdin:
        case = json.loads(line)
        answers = play(client, case)
        if difference({**case, "answers": answers}, play(client, case), False):
            dropped += 1
            continue
        print(json.dumps({**case, "answers": answers}, separators=(",", ":")))
    print(f"{dropped} answered differently the second time", file=sys.stderr)


if __name__ == "__main__":
    main()
