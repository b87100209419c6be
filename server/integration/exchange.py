"""Recorded exchanges: playing the requests of a case and comparing what a server answers.

The format is described in testdata/README.md.
"""
import base64
import http.client
import json
import re
import threading
import time
import urllib.parse

http.client._MAXHEADERS = 1000  # an answer may carry many warnings
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FIXED_ADDRESSES = ("None", "10.0.7.7", "fd00:10::77", "10.0.9.9")


def normal(value, managed=False, key=""):
    """Returns `value` with everything that differs from run to run replaced by a placeholder."""
    if isinstance(value, dict):
        return {k: normal_member(k, v, managed) for k, v in value.items()
                if k != "managedFields" or managed}
    if isinstance(value, list):
        if key == "causes" and all(isinstance(v, dict) and v.get("reason") == "FieldManagerConflict" for v in value):
            value = sorted(value, key=lambda v: v.get("message", ""))
        return [normal(v, managed, key) for v in value if not (key in ("items", "rows") and of_the_cluster(v))]
    return normal_text(value, key) if isinstance(value, str) else value


def normal_member(key, value, managed):
    if key == "managedFields":
        entries = [{n: "<time>" if n == "time" else x for n, x in entry.items()} for entry in value]
        if managed == "sorted":
            entries.sort(key=lambda e: [e.get(n, "") for n in ("operation", "manager", "apiVersion", "subresource")])
        return entries
    if key == "uid" and isinstance(value, str) and UID.fullmatch(value):
        return "<uid>"
    if key == "resourceVersion" and isinstance(value, str) and value.isdigit():
        return "<rv>"
    if key in ("creationTimestamp", "deletionTimestamp") and value:
        return "<time>"
    if key == "continue" and value:
        return "<continue>"
    if key in ("nodePort", "healthCheckNodePort") and isinstance(value, int) and value >= 30000:
        return "<nodePort>"
    if key == "clusterIP" and isinstance(value, str) and value:
        return address(value)
    if key == "clusterIPs" and isinstance(value, list):
        return [address(v) for v in value]
    return normal(value, managed, key)


def normal_text(value, key):
    value = UID.sub("<uid>", value)
    value = re.sub(r"(cannot be handled as an? \w+):.*", r"\1: <why>", value, flags=re.S)
    value = re.sub(r"(?<=gen-)[a-z0-9]{5}\b", "<random>", value)
    if key == "message":
        value = re.sub(r"(Go struct field |: expected \w+, got |unable to convert unstructured object to [^:]*: ).*", r"\1<why>", value, flags=re.S)
        value = re.sub(r'((?:patch: |^)Invalid value: )"\{.*\}"', r'\1"<json>"', value, flags=re.S)
        value = re.sub(r"(current: |resource version: \d+ \(|ResourceVersion in record \(|ResourceVersion in the precondition \((?=\d{2}))\d+", r"\1<rv>", value)
    value = re.sub(r"^\d+s$", "<age>", value)
    if key in ("cells", "message"):
        value = re.sub(r"10\.0\.\d+\.\d+(?!\d|/)", lambda m: m[0] if m[0] in ("10.0.7.7", "10.0.9.9", "10.0.7.8") else "<ip4>", value)
    return value


def address(text):
    if text in FIXED_ADDRESSES:
        return text
    return "<ip6>" if ":" in text else "<ip4>" if re.fullmatch(r"[\d.]+", text) else text


def of_the_cluster(item):
    """Whether a list's item is the cluster's own `kubernetes` object, which not every server has."""
    item = (item.get("object", item) or {}) if isinstance(item, dict) else {}
    return (item.get("metadata") or {}).get("name") == "kubernetes"


def send(client, step):
    path = step["path"]
    if step.get("query"):
        path += "?" + urllib.parse.urlencode(step["query"], doseq=True)
    body = step.get("body")
    headers = {"Accept": step.get("accept") or "application/json", **(step.get("headers") or {})}
    if body is not None and step.get("contentType") is not None:
        headers["Content-Type"] = step["contentType"]
    if isinstance(body, dict) and "$raw" in body:
        body = body["$raw"]
    elif isinstance(body, dict) and "$base64" in body:
        body = base64.b64decode(body["$base64"])
    elif body is not None:
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    return client.send(step["method"], urllib.parse.quote(path, safe="/?=&%:+,~!*'()"), body, headers)


def answer(status, headers, raw, managed):
    out = {"status": status}
    if headers.get_all("Warning"):
        out["warnings"] = headers.get_all("Warning")
    kind = headers.get("Content-Type", "")
    if "json" in kind:
        try:
            out["response"] = normal(json.loads(raw), managed)
        except ValueError:
            out["text"] = raw.decode("utf8", "replace")[:2000]
        return out
    out["contentType"] = kind
    if "yaml" not in kind and "protobuf" not in kind:
        text = raw.decode("utf8", "replace")
        text = re.sub(r"(resourceVersion: ).*", r"\1<rv>", text)
        text = re.sub(r"(creationTimestamp: ).*", r"\1<time>", text)
        out["text"] = UID.sub("<uid>", text)[:4000]
    return out


def asked(step, out, headers, raw):
    """Adds to and takes from an answer what the step asks for: show, form, only, keep."""
    if "show" in step:
        out["headers"] = {k: "<etag>" if k == "Etag" and headers[k] else headers[k] for k in step["show"]}
    if step.get("form"):
        out["form"] = ("indented" if b"\n  " in raw else "compact") + (", newline" if raw.endswith(b"\n") else "")
    if "only" in step:
        out["response"] = only(out.get("response"), step["only"])
    return {k: v for k, v in out.items() if k in step["keep"]} if "keep" in step else out


def only(value, names):
    """Returns a discovery document without the groups, versions and resources not in `names`."""
    if not isinstance(value, dict):
        return value
    def named(item):
        return item.get("name", (item.get("metadata") or {}).get("name", item.get("version", ""))) in names
    lists = [k for k in value if k in ("groups", "items", "versions") or k == "resources" and "groupVersion" in value]
    return {k: [only(x, names) for x in v if named(x)] if k in lists else v for k, v in value.items()}


def fill(value, known):
    """Returns `value` with $rv:0, $uid:0, $continue:0, $etag:0 taken from the answer to step 0."""
    if isinstance(value, dict):
        return {k: fill(v, known) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, known) for v in value]
    found = re.fullmatch(r"\$(rv|uid|continue|etag):(\d+)", value) if isinstance(value, str) else None
    if not found:
        return value
    return known[int(found[2])].get({"rv": "resourceVersion"}.get(found[1], found[1]), "")


def metadata_of(raw):
    try:
        return json.loads(raw)["metadata"]
    except (ValueError, KeyError, TypeError):
        return {}


def name_of(step, raw):
    name = metadata_of(raw).get("name")
    if name or not isinstance(step.get("body"), dict):
        return name or ""
    return (step["body"].get("metadata") or {}).get("name", "")


def made_by(step, status, raw):
    """Returns the paths of what a step made."""
    path = re.sub(r"(/status)?/*(\?.*)?$", "", step["path"])
    if status != 201:
        return []
    if step["method"] == "POST":
        name = name_of(step, raw)
        return [path + "/" + name] if name else []
    return [path] if step["method"] in ("PATCH", "PUT") else []


def counts(event):
    """Whether an event is no bookmark of the kind that comes when it comes."""
    return event.get("type") != "BOOKMARK" or "k8s.io/initial-events-end" in json.dumps(event)


def follow(client, step, managed):
    """Watches for two seconds while the steps under `then` are done."""
    box = {}
    def run():
        query = {"watch": "true", "timeoutSeconds": "2", **step["query"]}
        box["answer"] = send(type(client)(client.url, client.token), {
            "method": "GET", "path": step["watch"], "query": query,
            "accept": step.get("accept"), "headers": step.get("headers")})
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    made = []
    for then in step["then"]:
        status, _, raw = send(client, then)
        made += made_by(then, status, raw)
    thread.join()
    status, headers, raw = box["answer"]
    if status != 200 or "json" not in headers.get("Content-Type", ""):
        return asked(step, answer(status, headers, raw, managed), headers, raw), made
    events = [normal(e, managed) for e in map(json.loads, filter(bytes.strip, raw.splitlines())) if counts(e)]
    return asked(step, {"status": 200, "events": events}, headers, raw), made


def clean(client, made):
    for path in reversed(made):
        if client.send("DELETE", path)[0] != 200 or client.send("GET", path)[0] != 200:
            continue
        client.send("PATCH", path, b'{"metadata":{"finalizers":null}}', {"Content-Type": "application/merge-patch+json"})
        if path.startswith("/api/v1/namespaces/") and path.count("/") == 4:
            body = json.dumps({"metadata": {"name": path.rsplit("/", 1)[-1]}, "spec": {}}).encode()
            client.send("PUT", path + "/finalize", body, {"Content-Type": "application/json"})


def play(client, case):
    """Does the steps of a case and returns the answers; leaves nothing behind."""
    managed = case.get("managed", False)
    made, got, known = [], [], []
    for step in case["steps"]:
        step = fill(step, known)
        if "watch" in step:
            out, more = follow(client, step, managed)
            got.append(out)
            known.append({})
            made += more
            continue
        status, headers, raw = send(client, step)
        made += made_by(step, status, raw)
        known.append({"etag": headers.get("Etag", ""), **metadata_of(raw)})
        got.append(asked(step, answer(status, headers, raw, managed), headers, raw))
    clean(client, made)
    return got


def part_of(want, got):
    """Whether all that is in `want` is in `got` with the same value."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(k in got and part_of(v, got[k]) for k, v in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(part_of, want, got))
    return want == got


def essence(status):
    """Returns what old clients rely on in an error: code, reason, the fields complained of."""
    if not isinstance(status, dict):
        return None
    causes = (status.get("details") or {}).get("causes") or []
    return status.get("code"), status.get("reason"), sorted({c.get("field") for c in causes}, key=str)


def undescribed(value):
    """Returns `value` without the descriptions of Tables' columns, which are our own words."""
    if isinstance(value, list):
        return [undescribed(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k: [{n: x for n, x in column.items() if n != "description"} for column in v]
            if k == "columnDefinitions" and isinstance(v, list) else undescribed(v) for k, v in value.items()}


# What came after the release that the legacy recordings are of, and nothing else is excused by it:
# a version that it answered 404 for, warnings that it did not give, one that it worded otherwise.
LATER_VERSION = "/apis/discovery.k8s.io/v1/"
LATER_WARNING = re.compile(
    r'299 - "(unknown field |duplicate field |annotation \\"kubernetes\.io/ingress\.class\\" is deprecated)')
REWORDED = {
    '299 - "discovery.k8s.io/v1beta1 EndpointSlice is deprecated in v1.22+, unavailable in v1.25+"':
    '299 - "discovery.k8s.io/v1beta1 EndpointSlice is deprecated in v1.21+, unavailable in v1.25+;'
    ' use discovery.k8s.io/v1 EndpointSlice"'}


def says_nothing(case):
    """Whether an old recording is of a write in a version that its release did not have."""
    return any(is_later(step, answer) and step.get("method") in ("POST", "PUT", "PATCH", "DELETE")
               for step, answer in zip(case["steps"], case["answers"]))


def is_later(step, answer):
    """Whether a recorded 404 says only that its release did not have the version yet."""
    return answer["status"] == 404 and step.get("path", "").startswith(LATER_VERSION)


def today(want, got):
    """Returns both answers with the warnings that a later release gives where the old one was."""
    had = [REWORDED.get(text, text) for text in want.get("warnings") or []]
    has = [text for text in got.get("warnings") or [] if text in had or not LATER_WARNING.match(text)]
    return {**want, "warnings": had or None}, {**got, "warnings": has or None}


def difference(case, got, loose):
    """Returns how the answers differ, or None. `loose` is the rule for recordings of old releases."""
    if loose and says_nothing(case):
        return None
    for i, (step, w, g) in enumerate(zip(case["steps"], case["answers"], got)):
        if loose:
            if is_later(step, w):
                continue
            w, g = today(w, g)
        if w["status"] != g["status"]:
            return (f"step {i}: status {g['status']} instead of {w['status']}: "
                    f"{json.dumps(g.get('response', g.get('text')))[:300]} instead of "
                    f"{json.dumps(w.get('response', w.get('text')))[:300]}")
        if loose and w["status"] >= 400:
            if essence(w.get("response")) != essence(g.get("response")):
                return f"step {i}: {essence(g.get('response'))} instead of {essence(w.get('response'))}"
            continue
        for k in ("response", "warnings", "contentType", "text", "events", "headers", "form"):
            a, b = ([e for e in x.get(k) or [] if counts(e)] if k == "events" else x.get(k) for x in (w, g))
            a, b = undescribed(a), undescribed(b)
            if a != b and not (loose and k == "response" and part_of(a, b)):
                return f"step {i}: {k} {json.dumps(b)[:400]} instead of {json.dumps(a)[:400]}"
    return None
