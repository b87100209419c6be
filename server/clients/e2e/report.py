#!/usr/bin/env python3
"""Says of each case in a report of Ginkgo how it went: report.py REPORT CASES."""
import json
import re
import sys

texts = []
for suite in json.load(open(sys.argv[1])):
    for spec in suite["SpecReports"]:
        text = " ".join((spec.get("ContainerHierarchyTexts") or []) + [spec["LeafNodeText"]]).strip()
        failure = " ".join(spec.get("Failure", {}).get("Message", "").split())
        if spec["State"] == "skipped" and not failure:
            continue  # Not in focus.
        if spec["LeafNodeType"] != "It" and spec["State"] == "passed":
            continue  # A step of the framework.
        texts.append(text)
        if spec["State"] == "passed":
            print(f"ok e2e: {text}")
        else:
            print(f"FAIL e2e: {text or spec['LeafNodeType']}: {spec['State']}: {failure[:500]}")

for line in open(sys.argv[2]):
    if not any(re.search(line.strip(), text) for text in texts):
        print(f"FAIL e2e: no case was run for {line.strip()}")
