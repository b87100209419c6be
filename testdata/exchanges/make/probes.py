#!/usr/bin/env python3
"""Writes the cases of probes-v4-v6, without answers: what clients may ask of lists, watches, forms and
options, said in many ways of every kind.

  probes.py > cases.ndjson
"""
import itertools
import json

NETWORKING = "/apis/networking.k8s.io/v1"
JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
META = "g=meta.k8s.io;v=v1"
TABLE = f"{JSON};as=Table;{META}"
PARTIAL = f"{JSON};as=PartialObjectMetadata;{META}"
PARTIALS = f"{JSON};as=PartialObjectMetadataList;{META}"
PROTOBUF = "application/vnd.kubernetes.protobuf"


class Kind:
    def __init__(self, label, root, plural, kind, content, namespaced=True, names=("x", "y", "z")):
        self.label, self.root, self.plural, self.kind, self.content = label, root, plural, kind, content
        self.namespaced, self.names = namespaced, names
        self.version = root.split("/", 2)[2] if root.startswith("/apis/") else "v1"
        self.path = root + ("/namespaces/default/" if namespaced else "/") + plural
        self.everywhere = root + "/" + plural
        self.watch = root + "/watch" + self.path[len(root):]

    def body(self, i=0, **metadata):
        metadata = {"name": self.names[i], "labels": {"app": "web"}, **metadata}
        metadata = {k: v for k, v in metadata.items() if v is not None}
        return {"apiVersion": self.version, "kind": self.kind, "metadata": metadata, **self.content}

    def post(self, i=0, query=None, headers=None, **metadata):
        return step("POST", self.path, self.body(i, **metadata), query=query, headers=headers)

    def named(self, i=0):
        return self.path + "/" + self.names[i]


KINDS = [
    Kind("ingress", NETWORKING, "ingresses", "Ingress", {"spec": {
        "ingressClassName": "nginx", "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}},
        "rules": [{"host": "a.example.com", "http": {"paths": [
            {"path": "/a", "pathType": "Exact", "backend": {"service": {"name": "a", "port": {"name": "http"}}}}]}}]}}),
    Kind("ingressclass", NETWORKING, "ingressclasses", "IngressClass",
         {"spec": {"controller": "acme.io/ingress-controller"}}, namespaced=False),
    Kind("networkpolicy", NETWORKING, "networkpolicies", "NetworkPolicy", {"spec": {
        "podSelector": {"matchLabels": {"role": "db"}}, "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"ipBlock": {"cidr": "172.17.0.0/16"}}], "ports": [{"protocol": "TCP", "port": 6379}]}]}}),
    Kind("slice", "/apis/discovery.k8s.io/v1", "endpointslices", "EndpointSlice", {
        "addressType": "IPv4", "ports": [{"name": "http", "protocol": "TCP", "port": 80}],
        "endpoints": [{"addresses": ["10.1.2.3"], "conditions": {"ready": True}, "nodeName": "node-1"}]}),
    Kind("service", "/api/v1", "services", "Service", {"spec": {
        "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "web"}]}}),
    Kind("endpoints", "/api/v1", "endpoints", "Endpoints", {
        "subsets": [{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"name": "http", "port": 8080}]}]}),
    Kind("ipaddress", NETWORKING, "ipaddresses", "IPAddress", {"spec": {
        "parentRef": {"group": "acme.io", "resource": "gateways", "namespace": "default", "name": "g"}}},
        namespaced=False, names=("192.168.7.1", "192.168.7.2", "192.168.7.3")),
    Kind("servicecidr", NETWORKING, "servicecidrs", "ServiceCIDR", {"spec": {"cidrs": ["172.31.0.0/24"]}},
         namespaced=False, names=("extra", "extra2", "extra3")),
]
BY_LABEL = {k.label: k for k in KINDS}
SOME = [BY_LABEL[k] for k in ("ingress", "service", "slice", "ingressclass")]
NAMED = [k for k in KINDS if k.label in ("ingress", "networkpolicy", "ingressclass", "service")]
WITH_STATUS = [BY_LABEL[k] for k in ("ingress", "service", "servicecidr")]


def step(method, path, body=None, query=None, kind=JSON, headers=None, **more):
    out = {"method": method, "path": path}
    if query:
        out["query"] = query
    if body is not None:
        out["body"] = body
        if kind is not None:
            out["contentType"] = kind
    if headers:
        out["headers"] = headers
    return {**out, **more}


def get(path, query=None, headers=None, **more):
    return step("GET", path, query=query, headers=headers, **more)


def accept(value):
    return {"Accept": value}


def watch(path, query, then=(), headers=None, **more):
    out = {"watch": path, "query": query, "then": list(then)}
    if headers:
        out["headers"] = headers
    return {**out, **more}


# Selectors --------------------------------------------------------------------------------------

LABELS = [
    "app = web", "app\t=\tweb", "app=web , n in ( 1 , 2 )", "app in (web),tier in (a,b),!none", "app==web,app!=db",
    "!app,!tier", "! app", "!!app", "app,!tier", "n<5", "n>0,n<100", "n>9223372036854775807", "n>9223372036854775808",
    "n>+5", "n>0x1", "n>05", "n> 5", "n>", "n<a", "n>=5", "n=<5", "app=>5", "app in web", "app in (web", "app in web)",
    "app in (web,)", "app in (,web)", "app in (,)", "app in (web web)", "app in (web,,db)", "app notin ()", "app notin (,)",
    "app notin(web)", "app in(web)", "appin (web)", "in in (in)", "notin notin (notin)", "in=notin", "in,notin", "app in in",
    "app in (in,notin)", "app=in", "=web", "==web", "!=web", "app=web=db", "app!=web!=db", "app!web", "app!", "app=!web",
    "(app)", "app)", ")", "(", "app=(web)", "app,", ",app", "app,,tier", "app=web;tier=a", "app:web", "app=web&tier=a",
    "app='web'", "app=\"web\"", "app=web\n", "app=we b", "app=w\u00e9b", "\u00e9=a", "app=" + "v" * 63, "app=" + "v" * 64,
    "k" * 63 + "=a", "k" * 64 + "=a", "p" * 253 + "/k=a", "p" * 254 + "/k=a", "example.com/role=x", "example.com/=x",
    "/role=x", "Example.com/role=x", "example..com/role", "a/b/c=x", "-app=web", "app-=web", "app=-web", "app=web-", "app=.",
    "app=_", "app=a_b.c-d", "app.kubernetes.io/name=web", "app in (w!b)", "app in (a/b)", "app>a,tier in (", "$app=web", "*",
    "app=*", "app in (*)", "1=1", "1", "app=1.5", "n>1,n>2,n>3", "n in (1,10),n notin (10)",
]
FIELDS = [
    "metadata.name=", "metadata.name!=", "metadata.name==x,metadata.name!=y", "metadata.name=x,", ",", ",,",
    "metadata.name=x,,metadata.name=x", "metadata.name=x y", "metadata.name =x", "metadata.name=x,metadata.namespace=default",
    "metadata.namespace=other", "metadata.namespace!=default", "metadata.namespace=", "metadata.uid=x", "metadata.labels=app",
    "metadata", "metadata.", ".metadata.name=x", "Metadata.name=x", "metadata.Name=x", "kind=Ingress", "apiVersion=v1",
    "spec.type=ClusterIP", "spec.type!=ClusterIP", "spec.type=", "spec.type=LoadBalancer,metadata.name=x", "spec.clusterIP=None",
    "spec.clusterIP!=None", "spec.clusterIP=", "spec.clusterIPs=None", "spec.loadBalancerIP=", "status.phase=Active",
    "status.phase!=Active", "spec.ports=80", "spec.controller=acme.io/x", "addressType=IPv4", "spec.parentRef.name=g",
    "metadata.name=\\", "metadata.name=\\x", "metadata.name=a\\", "metadata.name=a\\\\", "metadata.name=a\\,", "metadata.name\\=x",
    "metadata.name=x=", "metadata.name==", "metadata.name===x", "metadata.name!=x!=y", "metadata.name!x", "metadata.name<x",
    "metadata.name>x", "metadata.name in (x,y)", "!metadata.name", "metadata.name=x;metadata.name=y", "metadata.name=\u00e9",
    "metadata.name=x&metadata.name=y", "metadata.name=../x", "metadata.name=X", "metadata.generateName=x", "nodeName=a",
    "spec.unschedulable=false", "metadata.name=x\\=y", "a=b", "=", "==", "!=", "x", "metadata.name", "metadata.name=x,bogus",
]


def selectors():
    for kind in SOME:
        made = [kind.post(0, labels={"app": "web", "tier": "a", "n": "1"}),
                kind.post(1, labels={"app": "db", "tier": "", "n": "10", "example.com/role": "x"}),
                kind.post(2, labels={"app": "web", "n": "abc", "in": "notin"})]
        groups = [LABELS[i:i + 4] for i in range(0, len(LABELS), 4)]
        for group in groups:
            scoped = [s + ",app" if ok_alone(s) else s for s in group]
            yield "list", f"{kind.label} labels {group}", made + [get(kind.path, {"labelSelector": s}) for s in scoped]
        for i in range(0, len(FIELDS), 4):
            group = FIELDS[i:i + 4]
            yield "list", f"{kind.label} fields {group}", made + [
                get(kind.path, {"fieldSelector": s, "labelSelector": "app"}) for s in group]
    for kind in KINDS:
        made = [kind.post(0), kind.post(1, labels={"app": "db"})]
        yield "list", f"{kind.label} selectors repeated", made + [
            get(kind.path, {"labelSelector": ["app=web", "app=db"]}), get(kind.path, {"labelSelector": ["app", "a in ("]}),
            get(kind.path, {"fieldSelector": ["metadata.name=" + kind.names[0], "bogus"], "labelSelector": "app"}),
            get(kind.path, {"labelSelector": "a in (", "fieldSelector": "bogus=1"}),
            get(kind.path, {"labelSelector": "a in (", "limit": "x"}), get(kind.path, {"fieldSelector": "bogus", "limit": "x"})]
        yield "list", f"{kind.label} by name everywhere", made + [
            get(kind.everywhere, {"fieldSelector": "metadata.name=" + kind.names[0]}),
            get(kind.everywhere, {"fieldSelector": "metadata.name=" + kind.names[0] + ",metadata.namespace=default"}),
            get(kind.everywhere, {"fieldSelector": "metadata.namespace=other", "labelSelector": "app"}),
            get(kind.everywhere, {"fieldSelector": "metadata.name=NONE"})]
        yield "list", f"{kind.label} by fields of its own", made + [
            get(kind.path, {"fieldSelector": f, "labelSelector": "app"}) for f in (
                "spec.type=ClusterIP", "spec.type!=ClusterIP", "spec.clusterIP=None", "spec.clusterIP!=None", "status.phase=Active",
                "metadata.namespace=default", "metadata.namespace=", "spec.parentRef.name=g", "spec.cidrs=x", "subsets=1")]
    service = BY_LABEL["service"]
    types = [step("POST", service.path, {**service.body(i), "spec": {**service.content["spec"], **spec}}) for i, spec in enumerate((
        {"clusterIP": "None"}, {"type": "ExternalName", "externalName": "a.example.com"}, {"clusterIP": "10.0.7.7", "type": "NodePort"}))]
    for fields in ("spec.clusterIP=None", "spec.clusterIP=10.0.7.7", "spec.clusterIP=", "spec.clusterIP!=None", "spec.type=NodePort",
                   "spec.type=ExternalName,spec.clusterIP=", "spec.type!=ExternalName", "spec.type=nodeport",
                   "spec.clusterIP=10.0.7.7,spec.type=NodePort,metadata.name=z"):
        yield "list", f"service types {fields}", types + [
            get(service.path, {"fieldSelector": fields, "labelSelector": "app"}),
            get(service.everywhere, {"fieldSelector": fields, "labelSelector": "app"}, accept(TABLE), keep=["status"]),
            get(service.path, {"fieldSelector": fields, "labelSelector": "app"}, accept(PARTIALS))]


def ok_alone(selector):
    """Whether more may follow the selector after a comma, so that it selects among our own."""
    return not set(selector) - set("abcdefghijklmnopqrstuvwxyz!<>=0123456789 \t./") and not selector.endswith((",", "=", ">", "<", "!", "in"))


# Lists ------------------------------------------------------------------------------------------

def lists():
    versions = ["", "0", "00", "1", "x", "-1", "+1", " 1", "1.5", "0x1", "18446744073709551615", "18446744073709551616", "1e3"]
    matches = [None, "", "Exact", "NotOlderThan", "exact", "Bogus"]
    for kind in NAMED:
        made = [kind.post(0), kind.post(1), kind.post(2)]
        for match in matches:
            for half in (versions[:6], versions[6:]):
                steps = []
                for version in half:
                    if version in ("18446744073709551615", "1") and match in ("Exact", None, ""):
                        continue
                    query = {"resourceVersion": version, "labelSelector": "app=web"}
                    if match is not None:
                        query["resourceVersionMatch"] = match
                    steps.append(get(kind.path, query))
                if "18446744073709551615" in half:
                    steps = [s for s in steps if s["query"]["resourceVersion"] != "18446744073709551615"]
                yield "list", f"{kind.label} versions {half[0]!r}.. match {match!r}", made + steps
        for match, version in itertools.product((None, "Exact", "NotOlderThan"), ("$rv:0", "$rv:1", "$rv:2")):
            for limit in (None, "1", "2"):
                query = {"resourceVersion": version, "labelSelector": "app=web"}
                query.update({"resourceVersionMatch": match} if match else {}, **({"limit": limit} if limit else {}))
                yield "list", f"{kind.label} at {version} match {match} limit {limit}", made + [get(kind.path, query)]
        for continued in ({}, {"resourceVersion": "0"}, {"resourceVersion": "1"}, {"resourceVersion": ""}, {"limit": "1"},
                          {"limit": "0"}, {"limit": "5"}, {"resourceVersionMatch": "Exact"}, {"resourceVersionMatch": "NotOlderThan"},
                          {"resourceVersion": "$rv:1", "resourceVersionMatch": "Exact"}, {"resourceVersion": "x"},
                          {"labelSelector": "app"}, {"fieldSelector": "metadata.name!=" + kind.names[2]}):
            yield "list", f"{kind.label} continued {continued}", made + [
                get(kind.path, {"limit": "1", "labelSelector": "app=web"}),
                get(kind.path, {"labelSelector": "app=web", "continue": "$continue:3", **continued})]
        yield "list", f"{kind.label} pages under changes", made[:2] + [
            get(kind.path, {"limit": "1", "labelSelector": "app=web"}), made[2], step("DELETE", kind.named(1)),
            step("PATCH", kind.named(0), {"metadata": {"labels": {"n": "1"}}}, kind=MERGE, keep=["status"]),
            get(kind.path, {"limit": "1", "labelSelector": "app=web", "continue": "$continue:2"}),
            get(kind.path, {"labelSelector": "app=web"})]
        yield "list", f"{kind.label} pages of a label under changes", made + [
            get(kind.path, {"limit": "1", "labelSelector": "app=web"}),
            step("PATCH", kind.named(1), {"metadata": {"labels": {"app": "db"}}}, kind=MERGE, keep=["status"]),
            get(kind.path, {"limit": "1", "labelSelector": "app=web", "continue": "$continue:3"})]
        yield "list", f"{kind.label} pages in other forms", made + [
            get(kind.path, {"limit": "2", "labelSelector": "app=web"}, accept(PARTIALS)),
            get(kind.path, {"limit": "2", "labelSelector": "app=web", "continue": "$continue:3"}, accept(PARTIALS)),
            get(kind.path, {"limit": "2", "labelSelector": "app=web"}, accept(PROTOBUF), show=["Content-Type"]),
            get(kind.path, {"limit": "2", "labelSelector": "app=web"}, accept("application/yaml"), show=["Content-Type"])]
    numbers = ["", "0", "+1", "-5", " 1", "1 ", "1.0", "1e1", "0x1", "01", "9223372036854775807", "9223372036854775808",
               "-9223372036854775809", "a", "1,2", "\u0661", "null", "true", "1_000"]
    for kind in SOME[:2]:
        for name in ("limit", "timeoutSeconds"):
            for i in range(0, len(numbers), 5):
                yield "list", f"{kind.label} {name} {numbers[i:i + 5]}", [kind.post(0)] + [
                    get(kind.path, {name: n, "labelSelector": "app=web"}) for n in numbers[i:i + 5]]
        yield "list", f"{kind.label} parameters twice", [kind.post(0), kind.post(1)] + [
            get(kind.path, {name: values, "labelSelector": "app=web"}) for name, values in (
                ("limit", ["2", "1"]), ("limit", ["", "1"]), ("limit", ["x", "1"]), ("limit", ["1", "x"]),
                ("resourceVersion", ["0", "x"]), ("timeoutSeconds", ["1", "x"]), ("watch", ["false", "true"]))]
        booleans = ["", "0", "false", "False", "FALSE", "f", "F"]
        yield "list", f"{kind.label} not watched", [kind.post(0)] + [
            get(kind.path, {"watch": b, "labelSelector": "app=web"}) for b in booleans if b not in ("", "f", "F")]
        for name in ("allowWatchBookmarks", "sendInitialEvents"):
            yield "list", f"{kind.label} listed with {name}", [kind.post(0)] + [
                get(kind.path, {name: b, "labelSelector": "app=web"}) for b in ("true", "false", "", "x", "0", "1")]
        yield "list", f"{kind.label} several faults", [
            get(kind.path, {"sendInitialEvents": "true", "resourceVersionMatch": "Exact"}),
            get(kind.path, {"sendInitialEvents": "true", "resourceVersionMatch": "Bogus", "continue": "x"}),
            get(kind.path, {"resourceVersionMatch": "Exact", "continue": "x"}),
            get(kind.path, {"resourceVersionMatch": "Exact", "resourceVersion": "0", "continue": "x"}),
            get(kind.path, {"resourceVersionMatch": "NotOlderThan", "resourceVersion": "0", "sendInitialEvents": "false"}),
            get(kind.path, {"continue": "x", "resourceVersion": "5"}), get(kind.path, {"continue": "x", "limit": "x"}),
            get(kind.path, {"continue": "x", "labelSelector": "a in ("})]
    tokens = {
        "empty object": "e30", "list": "W10", "text": "InggIg", "number": "MQ", "null": "bnVsbA", "not base64": "!!!", "padded": "e30=",
        "standard alphabet": "e30+/", "no start": token({"v": "meta.k8s.io/v1", "rv": 5}),
        "no version": token({"rv": 5, "start": "x\0"}), "old version": token({"v": "v1alpha1", "rv": 5, "start": "x\0"}),
        "other version": token({"v": "meta.k8s.io/v2", "rv": 5, "start": "x\0"}), "version number": token({"v": 1, "rv": 5, "start": "x"}),
        "revision 0": token({"v": "meta.k8s.io/v1", "rv": 0, "start": "x\0"}),
        "no revision": token({"v": "meta.k8s.io/v1", "start": "x\0"}),
        "revision -2": token({"v": "meta.k8s.io/v1", "rv": -2, "start": "x\0"}),
        "revision -1": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "x\0"}),
        "revision -1 with slash": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "/x\0"}),
        "revision -1 before all": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "/"}),
        "revision text": token({"v": "meta.k8s.io/v1", "rv": "5", "start": "x\0"}),
        "revision fraction": token({"v": "meta.k8s.io/v1", "rv": 5.5, "start": "x\0"}),
        "empty start": token({"v": "meta.k8s.io/v1", "rv": 5, "start": ""}),
        "start of dots": token({"v": "meta.k8s.io/v1", "rv": 5, "start": "../../x"}),
        "start with dots": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "a/../b"}),
        "start a dot": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "."}),
        "start two slashes": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "//x"}),
        "start ends with slash": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "x/"}),
        "start number": token({"v": "meta.k8s.io/v1", "rv": 5, "start": 5}),
        "revision 1": token({"v": "meta.k8s.io/v1", "rv": 1, "start": "x\0"}),
        "revision 1 with limit": token({"v": "meta.k8s.io/v1", "rv": 1, "start": "/x\0"}),
        "member twice": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInJ2IjotMSwic3RhcnQiOiJ4In0",
        "upper case members": token({"V": "meta.k8s.io/v1", "RV": -1, "START": "x\0"}),
        "more members": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "x\0", "more": 1}),
        "trailing": "e30gMQ",
    }
    for kind in NAMED[:3]:
        for name, text in tokens.items():
            query = {"continue": text, "labelSelector": "app=web", **({"limit": "1"} if "limit" in name else {})}
            yield "list", f"{kind.label} token {name}", [kind.post(0), kind.post(1), get(kind.path, query)]


def token(value):
    import base64
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


# Forms ------------------------------------------------------------------------------------------

def forms():
    for kind in KINDS:
        made = kind.post(0, annotations={"a": "1"})
        for include in (None, "", "None", "Metadata", "Object", "none", "Bogus"):
            query = {} if include is None else {"includeObject": include}
            by_label = {**query, "labelSelector": "app=web"}
            yield "accept", f"{kind.label} table {include}", [
                made, get(kind.named(), query, accept(TABLE)), get(kind.path, by_label, accept(TABLE)),
                get(kind.path, by_label, accept(TABLE.replace("v=v1", "v=v1beta1"))),
                get(kind.path, by_label, accept(f"{JSON};as=Table;g=meta.k8s.io;v=v1beta1,{JSON}")),
                get(kind.path, {**query, "labelSelector": "app=none"}, accept(TABLE)),
                get(kind.path, by_label, accept(PARTIALS)), get(kind.named(), query, accept(JSON))]
            yield "accept", f"{kind.label} written as table {include}", [
                step("POST", kind.path, kind.body(), query=query, headers=accept(TABLE)),
                step("PATCH", kind.named(), {"metadata": {"labels": {"n": "1"}}}, query=query, kind=MERGE, headers=accept(TABLE)),
                step("PATCH", kind.named(), {"metadata": {"finalizers": ["a.b/c"]}}, query=query, kind=MERGE, headers=accept(TABLE)),
                step("DELETE", kind.named(), query=query, headers=accept(TABLE)),
                step("PATCH", kind.named(), {"metadata": {"finalizers": None}}, query=query, kind=MERGE, headers=accept(TABLE)),
                step("POST", kind.path, kind.body(), query={**query, "dryRun": "All"}, headers=accept(TABLE))]
        for name, form in (("metadata", PARTIAL), ("metadata list", PARTIALS), ("beta metadata", PARTIAL.replace("v=v1", "v=v1beta1")),
                           ("beta metadata list", PARTIALS.replace("v=v1", "v=v1beta1")),
                           ("metadata in protobuf", PARTIAL.replace(JSON, PROTOBUF)), ("metadata in yaml", PARTIAL.replace(JSON, "application/yaml")),
                           ("table in yaml", TABLE.replace(JSON, "application/yaml")), ("table in protobuf", TABLE.replace(JSON, PROTOBUF)),
                           ("metadata or table", PARTIAL + "," + TABLE), ("list or single", PARTIALS + "," + PARTIAL), ("single or list", PARTIAL + "," + PARTIALS),
                           ("nothing known", JSON + ";as=Status;g=meta.k8s.io;v=v1"), ("protobuf or json", PROTOBUF + "," + JSON), ("yaml or json", "application/yaml," + JSON),
                           ("list kind", JSON + ";as=List;g=;v=v1"), ("without version", JSON + ";as=PartialObjectMetadata;g=meta.k8s.io"),
                           ("of another group", JSON + ";as=PartialObjectMetadata;g=example.com;v=v1")):
            yield "accept", f"{kind.label} as {name}", [
                made, get(kind.named(), headers=accept(form), show=["Content-Type"]),
                get(kind.path, {"labelSelector": "app=web"}, accept(form), show=["Content-Type"]),
                get(kind.path + "/none", headers=accept(form), show=["Content-Type"]),
                step("PUT", kind.named(), kind.body(labels={"app": "web", "n": "1"}), headers=accept(form), show=["Content-Type"]),
                step("DELETE", kind.named(), headers=accept(form), show=["Content-Type"])]
    kind = BY_LABEL["ingress"]
    for value in ("", ",", ";", "*/*;q=0", "application/json;q=0", "application/json;q=0.0001", "application/json;q=1.5", "application/json;q=-1",
                  "application/yaml;q=0.9,application/json;q=1", "application/yaml;q=0.9,application/json;q=0.9", "application/*,application/yaml",
                  "application/yaml,application/*", "text/*", "*/json", "application/json;", "application/json;;", "application/json;as",
                  "application/json;as=", "application/json;charset=utf-8", "application/json;pretty=1", "application/json;pretty=1;as=Table;g=meta.k8s.io;v=v1",
                  "application/json;as=\"Table\";v=\"v1\";g=\"meta.k8s.io\"", "application/json;as=table;v=v1;g=meta.k8s.io", "application/json ; as=Table ; v=v1 ; g=meta.k8s.io",
                  "  application/json  ", "application/json,", ",application/json", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                  "application/yaml;as=Table;v=v1;g=meta.k8s.io,application/json", "application/vnd.kubernetes.protobuf;type=x", "application/vnd.kubernetes.protobuf;stream=watch",
                  "application/json;stream=watch", "application/yaml;stream=watch", "application/json;profile=nopeer", "application/json-seq", "application/json+x", "application/ json",
                  "APPLICATION/YAML", "application/x-protobuf", "text/plain", "application/json\u00e9", "application/json;as=Table;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"):
        yield "accept", f"header {value!r}", [
            kind.post(0), get(kind.named(), headers=accept(value.encode("latin1", "replace").decode("latin1")), show=["Content-Type"]),
            get(kind.path, {"labelSelector": "app=web"}, accept(value), show=["Content-Type"]),
            get(kind.path, {"labelSelector": "a in ("}, accept(value), show=["Content-Type"])]
    agents = ("curl/8.0", "Wget/1", "Mozilla/5.0 (X11)", "kubectl/v1.37.2", "Curl/8", "x curl/8", "")
    for query in ({}, {"pretty": ""}, {"pretty": "1"}, {"pretty": "0"}, {"pretty": "true"}, {"pretty": "false"}, {"pretty": "True"}, {"pretty": "x"}, {"pretty": ["false", "true"]}):
        yield "accept", f"layout {query}", [kind.post(0)] + [
            get(kind.named(), query, {"User-Agent": agent}, form=True) for agent in agents[:4]] + [
            get(kind.path, {**query, "labelSelector": "app=web"}, form=True), get(kind.path + "/none", query, form=True),
            get(kind.path, {**query, "labelSelector": "a in ("}, form=True), step("DELETE", kind.named(), query=query, form=True)]
    for agent in agents[4:]:
        yield "accept", f"layout for {agent!r}", [kind.post(0), get(kind.named(), headers={"User-Agent": agent}, form=True)]
    for form in (TABLE, PARTIAL, "application/json;pretty=1", "application/json;pretty=0"):
        yield "accept", f"layout of {form}", [kind.post(0)] + [
            get(kind.named(), query, accept(form), form=True, keep=["status", "form"]) for query in ({}, {"pretty": "1"}, {"pretty": "0"})]
    big = {"a": "x" * 140_000}
    encodings = ["gzip", "deflate", "gzip;q=0", "gzip;q=0.5", "identity, gzip", "gzip,gzip", "x-gzip", "br", "", "*", "*;q=0", "gzip;q=x", "GZIP", " gzip ", "gzip, deflate, br", "identity;q=0"]
    for size, annotations in (("small", {"a": "1"}), ("big", big)):
        for i in range(0, len(encodings), 6):
            yield "accept", f"encodings of a {size} body {encodings[i:i + 6]}", [kind.post(0, annotations=annotations)] + [
                get(path, query, {"Accept-Encoding": e}, show=["Content-Encoding", "Vary", "Content-Type"], keep=["status", "headers"])
                for e in encodings[i:i + 6] for path, query in ((kind.named(), None), (kind.path, {"labelSelector": "app=web"}))]
        yield "accept", f"encodings of {size} writes and errors", [
            kind.post(0, annotations=annotations, headers={"Accept-Encoding": "gzip"}) | {"show": ["Content-Encoding", "Vary"], "keep": ["status", "headers"]}] + [
            get(path, query, {"Accept-Encoding": "gzip", **headers}, show=["Content-Encoding", "Vary"], keep=["status", "headers"])
            for path, query, headers in ((kind.path + "/none", None, {}), (kind.named(), None, accept("application/yaml")), (kind.named(), None, accept(PROTOBUF)),
                                         (kind.path, {"labelSelector": "app=web"}, accept(TABLE)), (kind.path, {"labelSelector": "app=web"}, accept(PARTIALS)),
                                         ("/version", None, {}), ("/healthz", None, {}), ("/apis/networking.k8s.io/v1", None, {}))]


# Options ----------------------------------------------------------------------------------------

def options():
    unknown = {"bogus": 1, "spec": {"bogus": {"a": [1]}}}
    for kind in KINDS:
        made = kind.post(0)
        for dry in ("All", "", "all", "None", ["All", "All"], ["All", ""], ["", "All"], "All,All"):
            query = {"dryRun": dry}
            yield "options", f"{kind.label} dry {dry!r}", [
                step("POST", kind.path, kind.body(), query=query), get(kind.named()),
                made, step("PUT", kind.named(), kind.body(labels={"n": "1"}), query=query),
                step("PATCH", kind.named(), {"metadata": {"labels": {"n": "2"}}}, query=query, kind=MERGE),
                step("PATCH", kind.named(), {"apiVersion": kind.version, "kind": kind.kind, "metadata": {"labels": {"n": "3"}}},
                     query={**query, "fieldManager": "m"}, kind=APPLY), get(kind.named()),
                step("DELETE", kind.named(), query=query), get(kind.named()),
                step("DELETE", kind.path, query={**query, "labelSelector": "app=web"}), get(kind.named())]
        for validation in ("Strict", "Warn", "Ignore", "", "strict", ["Strict", "Ignore"]):
            query = {"fieldValidation": validation}
            body = {**kind.body(), "bogus": 1}
            yield "options", f"{kind.label} validation {validation!r}", [
                step("POST", kind.path, body, query=query), step("POST", kind.path, kind.body(), query=query),
                step("PUT", kind.named(), {**kind.body(), "metadata": {"name": kind.names[0], "bogus": 1, "labels": {"app": "web"}}}, query=query),
                step("PATCH", kind.named(), {"bogus": 1}, query=query, kind=MERGE),
                step("PATCH", kind.named(), {"metadata": {"bogus": 1}}, query=query, kind="application/strategic-merge-patch+json"),
                step("PATCH", kind.named(), [{"op": "add", "path": "/bogus", "value": 1}], query=query, kind="application/json-patch+json"),
                step("PATCH", kind.named(), {"apiVersion": kind.version, "kind": kind.kind, "metadata": {"name": kind.names[0]}, "bogus": 1},
                     query={**query, "fieldManager": "m"}, kind=APPLY),
                step("POST", kind.path, {"$raw": json.dumps(kind.body(1))[:-1] + ',"kind":"' + kind.kind + '"}'}, query=query),
                step("POST", kind.path, {"$raw": json.dumps(kind.body(2)).replace('"app": "web"', '"app": "web", "app": "db"')}, query=query)]
        yield "options", f"{kind.label} manager", [
            step("POST", kind.path, kind.body(), query={"fieldManager": m}) for m in ("a" * 128, "a" * 129, "a\tb", "\u00e9", "a b")]
        yield "options", f"{kind.label} generated names", [
            step("POST", kind.path, kind.body(**{"name": n, "generateName": g})) for n, g in (
                (None, "Xgen-"), (None, ""), (None, "_gen-"), (None, "-gen-"), (None, "a..gen-"), ("BAD", "gen-"), (None, None), ("", None), ("", ""))]
    for kind in WITH_STATUS:
        yield "options", f"{kind.label} status", [
            kind.post(0), get(kind.named() + "/status"), step("PUT", kind.named() + "/status", kind.body(labels={"n": "1"})),
            step("PATCH", kind.named() + "/status", {"metadata": {"labels": {"n": "2"}, "annotations": {"a": "1"}}}, kind=MERGE),
            step("PATCH", kind.named() + "/status", {"bogus": 1}, kind=MERGE, query={"fieldValidation": "Strict"}),
            step("PUT", kind.path + "/none/status", {**kind.body(), "metadata": {"name": "none"}}),
            step("PUT", kind.named() + "/status", {**kind.body(), "metadata": {"name": "other"}}),
            step("PUT", kind.named() + "/status", kind.body(resourceVersion="1")),
            step("PATCH", kind.path + "/none/status", {}, kind=MERGE), step("DELETE", kind.named() + "/status"),
            step("POST", kind.named() + "/status", kind.body()), get(kind.named() + "/status", headers=accept(TABLE)),
            get(kind.named() + "/status", headers=accept(PARTIAL)), get(kind.named() + "/status", {"resourceVersion": "x"}),
            step("PATCH", kind.named() + "/status", {"apiVersion": kind.version, "kind": kind.kind, "status": {}}, kind=APPLY, query={"fieldManager": "m"})]
    for kind in NAMED:
        for value in ("0s", "1ns", "1us", "1\u00b5s", "1.5s", "1h1m1s", "+1s", "-0s", "s", "1", "1x", ".5s", "1.s", ".s", "1s1", "1d", " 1s", "99999999999s", "1e3s"):
            yield "options", f"{kind.label} timeout {value!r}", [get(kind.path + "/none", {"timeout": value})]
        yield "options", f"{kind.label} reads of one", [kind.post(0)] + [
            get(kind.named(), query) for query in (
                {"resourceVersion": "x"}, {"resourceVersion": "0"}, {"resourceVersion": "$rv:0"}, {"resourceVersion": "-1"}, {"limit": "x"}, {"labelSelector": "a in ("},
                {"watch": "1"}, {"watch": "false"}, {"fieldSelector": "metadata.name=none"}, {"resourceVersionMatch": "Exact"}, {"export": "true"}, {"exact": "x"})]


# Deletion ---------------------------------------------------------------------------------------

def deletion():
    for kind in KINDS:
        held = kind.post(0, finalizers=["example.com/f"])
        made = kind.post(0)
        for body in ({"propagationPolicy": "Foreground"}, {"propagationPolicy": "Background"}, {"propagationPolicy": "Orphan"},
                     {"propagationPolicy": ""}, {"propagationPolicy": "foreground"}, {"propagationPolicy": None}, {"orphanDependents": True},
                     {"orphanDependents": False}, {"orphanDependents": "true"}, {"orphanDependents": True, "propagationPolicy": "Orphan"},
                     {"gracePeriodSeconds": 0}, {"gracePeriodSeconds": 30}, {"gracePeriodSeconds": -1}, {"gracePeriodSeconds": "1"}, {"gracePeriodSeconds": 1.5},
                     {"preconditions": {"uid": "$uid:0"}}, {"preconditions": {"uid": "x"}}, {"preconditions": {"resourceVersion": "$rv:0"}},
                     {"preconditions": {"resourceVersion": "1"}}, {"preconditions": {"resourceVersion": "x"}}, {"preconditions": {"uid": ""}},
                     {"preconditions": {"uid": "$uid:0", "resourceVersion": "1"}}, {"preconditions": []}, {"preconditions": {"bogus": "1"}}, {"bogus": 1},
                     {"dryRun": ["All"]}, {"dryRun": ["x"]}, {"dryRun": "All"}, {"dryRun": []}, {"ignoreStoreReadErrorWithClusterBreakingPotential": True},
                     {"ignoreStoreReadErrorWithClusterBreakingPotential": False},
                     {"ignoreStoreReadErrorWithClusterBreakingPotential": True, "propagationPolicy": "Orphan", "gracePeriodSeconds": 0, "preconditions": {}},
                     {"ignoreStoreReadErrorWithClusterBreakingPotential": True, "dryRun": ["All"], "orphanDependents": True}):
            body = {"apiVersion": "v1", "kind": "DeleteOptions", **body}
            yield "delete", f"{kind.label} with {json.dumps({k: v for k, v in body.items() if k not in ('apiVersion', 'kind')})}", [
                held, step("DELETE", kind.named(), body), get(kind.named()), step("DELETE", kind.named(), body),
                step("PATCH", kind.named(), {"metadata": {"finalizers": None}}, kind=MERGE), get(kind.named())]
        yield "delete", f"{kind.label} by query", [made] + [
            step("DELETE", kind.named(), query=query) for query in (
                {"propagationPolicy": "x"}, {"propagationPolicy": ""}, {"gracePeriodSeconds": "x"}, {"orphanDependents": "x"}, {"dryRun": "x"},
                {"propagationPolicy": "Orphan", "orphanDependents": "false"}, {"uid": "x"}, {"resourceVersion": "x"}, {"gracePeriodSeconds": "1.5"}, {"propagationPolicy": ["Background", "x"]})]
        yield "delete", f"{kind.label} while it goes", [
            held, step("DELETE", kind.named()), step("PATCH", kind.named(), {"metadata": {"finalizers": ["example.com/f", "example.com/g"]}}, kind=MERGE),
            step("PATCH", kind.named(), {"metadata": {"deletionTimestamp": None}}, kind=MERGE), step("PATCH", kind.named(), {"metadata": {"deletionGracePeriodSeconds": 5}}, kind=MERGE),
            step("PATCH", kind.named(), {"metadata": {"labels": {"n": "1"}}}, kind=MERGE), step("POST", kind.path, kind.body()),
            step("PATCH", kind.named(), {"apiVersion": kind.version, "kind": kind.kind, "metadata": {"labels": {"a": "1"}}}, kind=APPLY, query={"fieldManager": "m"}),
            step("DELETE", kind.path, query={"labelSelector": "app=web"}), step("DELETE", kind.named(), query={"gracePeriodSeconds": "0"}),
            step("PATCH", kind.named(), [{"op": "remove", "path": "/metadata/finalizers"}], kind="application/json-patch+json", query={"dryRun": "All"}), get(kind.named()),
            step("PUT", kind.named(), kind.body(finalizers=[])), get(kind.named())]
        yield "delete", f"{kind.label} finalizers", [
            step("POST", kind.path, kind.body(finalizers=f)) for f in (["x"], ["a/b/c"], ["orphan"], ["foregroundDeletion"], ["orphan", "foregroundDeletion"], [""], ["kubernetes"])] + [
            kind.post(1, finalizers=["orphan"]), step("DELETE", kind.named(1)), kind.post(2, finalizers=["foregroundDeletion"]), step("DELETE", kind.named(2))]
        for name, body, kind_of in (("yaml", {"$raw": "apiVersion: v1\nkind: DeleteOptions\npropagationPolicy: Orphan\n"}, "application/yaml"), ("of meta", {"apiVersion": "meta.k8s.io/v1", "kind": "DeleteOptions"}, JSON),
                                    ("of own group", {"apiVersion": kind.version, "kind": "DeleteOptions"}, JSON), ("no kind", {"apiVersion": "v1"}, JSON), ("no version", {"kind": "DeleteOptions"}, JSON), ("an object", kind.body(), JSON),
                                    ("a list", {"$raw": "[]"}, JSON), ("broken", {"$raw": "{"}, JSON), ("blank", {"$raw": " "}, JSON), ("text", {"$raw": "{}"}, "text/plain"), ("merge", {"$raw": "{}"}, MERGE), ("two", {"$raw": "{}{}"}, JSON),
                                    ("unknown version", {"apiVersion": "v9", "kind": "DeleteOptions"}, JSON), ("unknown group", {"apiVersion": "a.b/v1", "kind": "DeleteOptions"}, JSON), ("other kind", {"apiVersion": "v1", "kind": "CreateOptions"}, JSON), ("unreadable alone", {"apiVersion": "v1", "kind": "DeleteOptions", "ignoreStoreReadErrorWithClusterBreakingPotential": True}, JSON)):
            yield "delete", f"{kind.label} body {name}", [made, step("DELETE", kind.named(), body, kind=kind_of), get(kind.named()), step("DELETE", kind.path, body, kind=kind_of, query={"labelSelector": "app=web"})]
        for query in ({"labelSelector": "app=web", "limit": "1"}, {"labelSelector": "app=web", "resourceVersion": "x"}, {"labelSelector": "app=web", "resourceVersion": "0"}, {"labelSelector": "app=web", "timeoutSeconds": "x"},
                      {"labelSelector": "app=web", "watch": "true"}, {"labelSelector": "app=web", "continue": "x"}, {"labelSelector": "app=web", "resourceVersionMatch": "Exact"}, {"labelSelector": "app=web", "sendInitialEvents": "true"},
                      {"fieldSelector": "bogus=1"}, {"labelSelector": "a in ("}, {"labelSelector": "app=web", "gracePeriodSeconds": "x"}, {"labelSelector": "app=web", "propagationPolicy": "Foreground"}, {"labelSelector": "app=web", "dryRun": "x"},
                      {"labelSelector": "app=web", "fieldSelector": "metadata.name=" + kind.names[1]}, {"labelSelector": "app=none"}):
            yield "delete", f"{kind.label} collection {query}", [held, kind.post(1), step("DELETE", kind.path, query=query), get(kind.named()), get(kind.named(1))]


# Paths and methods ------------------------------------------------------------------------------

def routes():
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BOGUS")
    shown = {"show": ["Content-Type", "Allow", "X-Content-Type-Options"]}
    for kind in KINDS:
        for name, path in (("collection", kind.path), ("object", kind.named()), ("status", kind.named() + "/status"), ("everywhere", kind.everywhere), ("watch", kind.watch), ("watched object", kind.watch + "/" + kind.names[0]), ("subresource", kind.named() + "/bogus")):
            if name == "everywhere" and not kind.namespaced:
                continue
            if kind.label == "ipaddress" and name == "collection":
                continue
            tried = [m for m in methods if m != "CONNECT" and not (m == "DELETE" and name in ("collection", "everywhere")) and not (m == "GET" and "watch" in name)]
            yield "method", f"{kind.label} {name}", [kind.post(0)] + [step(m, path, **shown) for m in tried if m not in ("PATCH", "PUT", "POST")] + [
                step(m, path, {}, kind=MERGE if m == "PATCH" else JSON, **shown) for m in ("POST", "PUT", "PATCH")]
        for path in (kind.path + "/", kind.named() + "/", kind.named() + "//", kind.path + "//" + kind.names[0], kind.path.upper(), kind.named() + "/status/", kind.named() + "/status/x", kind.named() + "/scale", kind.named() + "/.", kind.path + "/..",
                     kind.path + "/%2F", kind.path + "/x%00y", kind.path + "/%zz", kind.path + "/x%", kind.path + "/%E9", kind.path + "/\u00e9", kind.path + "/x?", kind.path + "?", kind.path + "?&", kind.path + "?=", kind.path + "?limit", kind.path + "?%zz", kind.path + "?a=%zz",
                     kind.path + "?limit=1&limit", kind.path + "#x", kind.path + "/x#y", kind.path + ";a=b", kind.root + "/" + kind.plural + "/", kind.root + "/namespaces/default/" + kind.plural + "/x/y/z/a", kind.root + "/watch/" + kind.plural + "/a/b/c", kind.root + "/bogus/" + kind.plural,
                     kind.root.replace("/v1", "/v2") + "/" + kind.plural, kind.root.replace("/v1", "/v1alpha1") + "/" + kind.plural, kind.root + "/namespaces/default/" + kind.plural + "/" + "n" * 300, kind.root + "/namespaces/" + "n" * 300 + "/" + kind.plural, kind.root + "/namespaces/a%2Fb/" + kind.plural,
                     kind.root + "/namespaces/A_B/" + kind.plural + "/x", kind.root + "/namespaces//" + kind.plural + "/x", kind.root + "//" + kind.plural):
            if kind.label == "ipaddress" and path.startswith((kind.path + "/%2F", kind.path + "?")):
                continue
            if "watch" in path or path.endswith((kind.plural, kind.plural + "/", "?", "?&", "?=", "limit", "#x")) and not kind.namespaced:
                continue
            if path.split("?")[0].rstrip("/").endswith(kind.plural) and kind.plural in ("services", "endpoints", "endpointslices"):
                continue
            yield "route", f"{kind.label} {path}", [get(path, **shown)]
    for path in ("/", "", "/index.html", "/api", "/api/", "/apis/", "/apis//", "/apis/bogus", "/apis/bogus/v1", "/apis/networking.k8s.io/v1/", "/api/v1/", "/api/v2", "/apiss", "/version/x", "/healthz/", "/healthz/ping", "/healthz/bogus", "/livez/", "/readyz/ping",
                 "/healthzx", "/bogus", "/favicon.ico", "/openapi", "/openapi/", "/openapi/v1", "/openapi/v2/", "/openapi/v3/", "/openapi/v3/bogus", "/metrics/", "/metrics/bogus", "/.well-known/bogus", "/api/v1/namespaces/default/pods/", "/api/v1/nodes/", "/apis/apps/v1", "/swagger.json", "/ui", "/logs", "/debug", "/%2e%2e/version", "//version", "/../version", "/./version"):
        if path in ("/", "", "/index.html", "/api", "/api/", "/apis/", "/api/v1/", "/apis/networking.k8s.io/v1/", "/apis/apps/v1", "/api/v1/nodes/", "/api/v1/namespaces/default/pods/", "/logs", "/debug", "/openapi/v2/", "/openapi/v3/", "/openapi/v3/bogus", "/openapi/v2"):
            continue
        for method in ("GET", "POST", "HEAD", "OPTIONS", "BOGUS"):
            yield "route", f"{method} {path}", [step(method, path, **shown)]


# Watches ----------------------------------------------------------------------------------------

def watches():
    for kind in (BY_LABEL[k] for k in ("ingress", "service", "slice", "networkpolicy", "ingressclass", "endpoints")):
        listed = get(kind.path, {"labelSelector": "app=none"})
        life = [kind.post(0), step("PATCH", kind.named(), {"metadata": {"labels": {"n": "1"}}}, kind=MERGE), step("PATCH", kind.named(), {"metadata": {"labels": {"app": "db"}}}, kind=MERGE),
                step("PATCH", kind.named(), {"metadata": {"labels": {"app": "web"}}}, kind=MERGE), step("DELETE", kind.named())]
        since = {"resourceVersion": "$rv:0"}
        forms = {"json": JSON, "table": TABLE, "metadata": PARTIAL, "table beta": TABLE.replace("v=v1", "v=v1beta1"), "metadata beta": PARTIAL.replace("v=v1", "v=v1beta1"), "metadata list": PARTIALS}
        for name, form in forms.items():
            for include in ((None, "None", "Object") if name == "table" else (None,)):
                query = {**since, "labelSelector": "app=web", **({"includeObject": include} if include else {})}
                yield "watch", f"{kind.label} life as {name} {include}", [listed, watch(kind.path, query, life, accept(form))]
        initial = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true", "labelSelector": "app=web"}
        for name, form in forms.items():
            for include in ((None, "None", "Object") if name == "table" else (None,)):
                query = {**initial, **({"includeObject": include} if include else {})}
                yield "watch", f"{kind.label} initial events as {name} {include}", [kind.post(0), watch(kind.path, query, [kind.post(1)], accept(form))]
        for extra in ({"resourceVersion": "0"}, {"resourceVersion": "$rv:0"}, {"resourceVersion": ""}, {"sendInitialEvents": "false"}, {"sendInitialEvents": "x"}, {"sendInitialEvents": ""}, {"sendInitialEvents": "0"}, {"allowWatchBookmarks": "false"}, {"allowWatchBookmarks": ""},
                      {"resourceVersionMatch": "Exact"}, {"resourceVersionMatch": ""}, {"limit": "1"}, {"continue": "x"}, {"resourceVersion": "x"}, {"resourceVersion": "-1"}, {"fieldSelector": "bogus=1"}, {"fieldSelector": "metadata.name=" + kind.names[0]}):
            yield "watch", f"{kind.label} initial events with {extra}", [kind.post(0), watch(kind.path, {**initial, **extra}, [kind.post(1)])]
        for query in ({"labelSelector": "app=web", "resourceVersion": "0"}, {"labelSelector": "app=web", "resourceVersion": "0", "allowWatchBookmarks": "true"}, {"labelSelector": "app=web"}, {"labelSelector": "app=web", "resourceVersion": "$rv:0"}, {"labelSelector": "app=web", "limit": "1"}, {"labelSelector": "app=web", "resourceVersion": "", "allowWatchBookmarks": "true"},
                      {"labelSelector": "!app"}, {"labelSelector": "app notin (web)", "resourceVersion": "$rv:0"}, {"fieldSelector": "metadata.name!=" + kind.names[0], "labelSelector": "app"}, {"timeoutSeconds": "1", "labelSelector": "app=web"}, {"timeoutSeconds": ["2", "x"], "labelSelector": "app=web"}):
            if query.get("labelSelector") in ("!app",) and kind.label in ("service", "slice", "endpoints"):
                continue
            yield "watch", f"{kind.label} from {query}", [kind.post(0), watch(kind.path, query, [kind.post(1), step("DELETE", kind.named(0))])]
        yield "watch", f"{kind.label} replaced", [listed, watch(kind.path, since, [kind.post(0), step("PUT", kind.named(), kind.body(labels={"app": "web", "n": "2"})), step("PUT", kind.named(), kind.body(labels={"app": "web", "n": "2"})), step("DELETE", kind.named(), query={"dryRun": "All"}),
                                                                                              step("PATCH", kind.named(), {"metadata": {"labels": {"n": "3"}}}, kind=MERGE, query={"dryRun": "All"}), step("DELETE", kind.path, query={"labelSelector": "app=web"})])]
        yield "watch", f"{kind.label} finalized", [listed, watch(kind.path, {**since, "labelSelector": "app=web"}, [kind.post(0, finalizers=["a.b/c", "a.b/d"]), step("DELETE", kind.named()), step("PATCH", kind.named(), {"metadata": {"finalizers": ["a.b/d"]}}, kind=MERGE),
                                                                                              step("PATCH", kind.named(), {"metadata": {"labels": {"app": "gone"}}}, kind=MERGE), step("PATCH", kind.named(), {"metadata": {"finalizers": None}}, kind=MERGE)])]
        yield "watch", f"{kind.label} applied", [listed, watch(kind.path, since, [step("PATCH", kind.named(), kind.body(), kind=APPLY, query={"fieldManager": "m"}), step("PATCH", kind.named(), kind.body(), kind=APPLY, query={"fieldManager": "m"}), step("DELETE", kind.named())])]
        if kind.namespaced:
            yield "watch", f"{kind.label} everywhere", [listed, watch(kind.everywhere, {**since, "labelSelector": "app=web"}, life)]
            yield "watch", f"{kind.label} everywhere of a namespace", [listed, watch(kind.everywhere, {**since, "fieldSelector": "metadata.namespace=default,metadata.name=" + kind.names[0]}, life)]
            yield "watch", f"{kind.label} of another namespace", [listed, watch(kind.path.replace("default", "kube-public"), since, life)]
        for path, query in ((kind.watch, {"resourceVersion": "$rv:0", "labelSelector": "app=web"}), (kind.watch + "/" + kind.names[0], {"resourceVersion": "$rv:0"}), (kind.watch + "/" + kind.names[0], {}), (kind.watch, {"watch": "false", "resourceVersion": "$rv:0", "labelSelector": "app=web"}),
                            (kind.watch, {"labelSelector": "a in ("}), (kind.watch, {"limit": "x"})):
            yield "watch", f"{kind.label} of old {path} {query}", [listed, watch(path, query, [kind.post(0), kind.post(1), step("DELETE", kind.named())])]
        for header in ("application/json;stream=watch;as=Table;g=meta.k8s.io;v=v1", "application/yaml", "application/yaml,application/json", "application/json,application/yaml", "text/plain", "*/*;q=0.5", "application/json;stream=Watch", "application/cbor-seq", "application/cbor;stream=watch,application/json",
                       "application/yaml;stream=watch", "application/vnd.kubernetes.protobuf;stream=bogus", "application/json;as=Bogus;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"):
            yield "watch", f"{kind.label} accepting {header}", [listed, watch(kind.path, since, [kind.post(0)], accept(header), show=["Content-Type"])]
        for value in ("1", "t", "T", "yes", "TRUE", "True", "x"):
            yield "watch", f"{kind.label} watch={value}", [listed, watch(kind.path, {**since, "watch": value}, [kind.post(0)])]


# Namespaces -------------------------------------------------------------------------------------

def namespaces():
    path = "/api/v1/namespaces"
    def body(name, **more):
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **more}}
    post = step("POST", path, body("probe", labels={"app": "web"}))
    yield "create", "namespace names", [step("POST", path, body(n)) for n in ("A", "a.b", "a_b", "-a", "a" * 64, "", "1")]
    yield "create", "namespace generated", [step("POST", path, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "gen-"}})]
    yield "create", "namespace with a finalizer", [step("POST", path, {**body("probe"), "spec": {"finalizers": f}}) for f in (["x"], ["a/b/c"], ["", "kubernetes"])]
    yield "update", "namespace label of its name", [post, step("PATCH", path + "/probe", {"metadata": {"labels": {"kubernetes.io/metadata.name": "x"}}}, kind=MERGE), step("PATCH", path + "/probe", {"metadata": {"labels": None}}, kind=MERGE), step("PUT", path + "/probe", body("probe")),
                                                    step("PUT", path + "/probe", {**body("probe"), "spec": {"finalizers": ["a.b/c"]}}), step("PUT", path + "/probe", {**body("probe"), "status": {"phase": "Terminating"}})]
    yield "status", "namespace status", [post, get(path + "/probe/status"), step("PATCH", path + "/probe/status", {"status": {"conditions": [{"type": "A", "status": "True", "reason": "R", "message": "m"}]}, "metadata": {"labels": {"n": "1"}}}, kind=MERGE),
                                         step("PUT", path + "/probe/status", {**body("probe"), "status": {"phase": "Bogus"}}), step("PATCH", path + "/probe/status", {"status": {"phase": "Terminating"}}, kind=MERGE), step("PATCH", path + "/probe/status", {"spec": {"finalizers": ["a.b/c"]}}, kind=MERGE)]
    yield "status", "namespace finalize", [post, get(path + "/probe/finalize"), step("PUT", path + "/probe/finalize", {**body("probe"), "spec": {"finalizers": ["kubernetes", "a.b/c"]}}), step("PUT", path + "/probe/finalize", {**body("other"), "spec": {}}), step("PATCH", path + "/probe/finalize", {}, kind=MERGE),
                                           step("PUT", path + "/none/finalize", {**body("none"), "spec": {}}), step("PUT", path + "/probe/finalize", {**body("probe", resourceVersion="1"), "spec": {}}), step("PUT", path + "/probe/finalize", {**body("probe"), "spec": {"finalizers": ["x"]}})]
    yield "delete", "namespace protected", [step("DELETE", path + "/" + n) for n in ("default", "kube-system", "kube-public")] + [step("DELETE", path), step("DELETE", path + "/none")]
    yield "delete", "namespace options", [post, step("DELETE", path + "/probe", query={"dryRun": "All"}), step("DELETE", path + "/probe", {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": "x"}}), get(path + "/probe")]
    for query in ({"fieldSelector": "metadata.name=probe"}, {"fieldSelector": "status.phase=Active", "labelSelector": "app=web"}, {"fieldSelector": "status.phase=Terminating"}, {"fieldSelector": "name=probe", "labelSelector": "app=web"}, {"fieldSelector": "metadata.namespace=", "labelSelector": "app=web"},
                  {"fieldSelector": "bogus=1"}, {"labelSelector": "kubernetes.io/metadata.name=probe"}, {"labelSelector": "kubernetes.io/metadata.name in (probe,x)"}, {"labelSelector": "app=web", "limit": "1"}, {"labelSelector": "app=none"}):
        yield "list", f"namespaces {query}", [post, get(path, query), get(path, query, accept(TABLE)), get(path, query, accept(PARTIALS))]
    yield "accept", "namespace as table", [post, get(path + "/probe", headers=accept(TABLE)), get(path + "/probe", {"includeObject": "Object"}, accept(TABLE)), get(path + "/probe", headers=accept(PARTIAL)), get(path + "/probe/status", headers=accept(TABLE))]
    for method in ("POST", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS"):
        yield "method", f"namespace subresources {method}", [post] + [step(method, path + "/probe/" + s, {} if method in ("POST", "PATCH") else None, kind=MERGE if method == "PATCH" else JSON, show=["Content-Type", "Allow"]) for s in ("finalize", "status", "bogus", "services2")]
    for kind in (k for k in KINDS if k.namespaced):
        there = kind.root + "/namespaces/none/" + kind.plural
        yield "create", f"{kind.label} in no namespace", [step("POST", there, kind.body()), step("POST", there, kind.body(namespace="default")), step("POST", kind.path, kind.body(namespace="other")), step("POST", kind.everywhere, kind.body()), step("POST", kind.everywhere, kind.body(namespace="default")),
                                                        step("PUT", there + "/x", kind.body()), step("PATCH", there + "/x", {}, kind=MERGE), step("PATCH", there + "/x", kind.body(), kind=APPLY, query={"fieldManager": "m"}), get(there), get(there + "/x"), step("DELETE", there + "/x"),
                                                        step("DELETE", there), step("POST", there, kind.body(), query={"dryRun": "All"}), step("POST", there, {**kind.body(), "metadata": {"name": "BAD"}})]


def main():
    seen = set()
    for make in (selectors, lists, forms, options, deletion, routes, watches, namespaces):
        for category, label, steps in make():
            if make in (lists, forms, selectors) and label in seen:
                continue
            seen.add(label)
            case = {"category": category, "label": label, "steps": steps}
            print(json.dumps(case))


if __name__ == "__main__":
    main()
