#!/usr/bin/env python3
"""Drives a server with kubectl: what a person at a terminal does.

Needs KUBECTL, the program; KUBECONFIG; K8SNET_RESTART, a command that kills the server and starts it
again. Prints a line for each check; ends with 1 if one failed.
"""
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import check, equal, finish, includes

KUBECTL = os.environ["KUBECTL"]
CACHE = tempfile.TemporaryDirectory()


def run(*arguments, stdin=None, code=0, env=None):
    """Returns what kubectl printed, errors included if it is to end with another code than 0."""
    done = subprocess.run([KUBECTL, f"--cache-dir={CACHE.name}", *arguments], input=stdin,
                          capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})})
    if done.returncode != code:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {done.returncode}: "
                             f"{done.stdout}{done.stderr}")
    return done.stdout + (done.stderr if code else "")


def get(*arguments):
    return json.loads(run("get", *arguments, "-n", "shop", "-o", "json"))


client = json.loads(run("version", "--client", "-o", "json"))["clientVersion"]
MINOR = int(re.match(r"\d+", client["minor"] or client["gitVersion"].split(".")[1])[0])
NAME = f"kubectl 1.{MINOR}"

MANIFEST = """apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: example.com/nginx}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  type: NodePort
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: dns, port: 53, protocol: UDP}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [web.example.com], secretName: web}]
  rules:
  - host: web.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: web, port: {name: http}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {team: web}}}, {ipBlock: {cidr: 192.0.2.0/24}}]
    ports: [{port: 8080, protocol: TCP}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [192.0.2.1], conditions: {ready: true}}]
ports: [{name: http, port: 8080, protocol: TCP}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: web, namespace: shop}
subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{name: http, port: 8080, protocol: TCP}]}]
"""


@check(f"{NAME}: knows the server")
def _():
    server = json.loads(run("version", "-o", "json"))["serverVersion"]
    equal(server["major"], "1")
    versions = run("api-versions").split()
    for version in ("v1", "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1",
                    "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"):
        assert version in versions, versions
    includes(run("api-resources"), "netpol", "NetworkPolicy", "ing", "svc", "ns")
    includes(run("cluster-info"), "https://127.0.0.1:")
    equal(run("get", "--raw", "/healthz"), "ok")


@check(f"{NAME}: applies manifests of every kind, and does nothing the second time")
def _():
    out = run("apply", "-f", "-", stdin=MANIFEST)
    equal(out.count(" created"), 7)
    equal(run("apply", "-f", "-", stdin=MANIFEST).count(" unchanged"), 7)
    changed = run("apply", "-f", "-", stdin=MANIFEST.replace("port: 80, targetPort: 8080",
                                                             "port: 81, targetPort: 8080"))
    equal(changed.count(" configured"), 1)
    equal([p["port"] for p in get("service", "web")["spec"]["ports"]], [81, 53])
    run("apply", "-f", "-", stdin=MANIFEST)


@check(f"{NAME}: refuses a manifest with a field that there is not")
def _():
    wrong = MANIFEST.replace("ingressClassName", "ingresClassName")
    includes(run("apply", "-f", "-", stdin=wrong, code=1), "ingresClassName")


@check(f"{NAME}: prints tables")
def _():
    def table(*arguments):
        return [re.sub(r"\s+", " ", line).strip() for line in run("get", *arguments, "-n", "shop").splitlines()]

    rows = table("ingress")
    equal((rows[0], len(rows)), ("NAME CLASS HOSTS ADDRESS PORTS AGE", 2))
    includes(rows[1], "web nginx web.example.com 80, 443 ")
    rows = table("service", "-o", "wide")
    equal(rows[0], "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR")
    includes(rows[1], "web NodePort 10.", "<none> 80:3", "/TCP,53:", "/UDP", "app=web")
    includes(table("netpol")[1], "web app=web")
    includes(table("endpoints")[1], "web 192.0.2.1:8080")
    includes(table("endpointslice")[1], "web-1 IPv4 8080 192.0.2.1")
    includes(table("ingressclass")[1], "nginx example.com/nginx <none>")
    includes("\n".join(table("namespaces")), "NAME STATUS AGE", "shop Active")
    includes(table("service", "--show-labels")[1], "app=web")
    includes(run("get", "service", "-A", "--sort-by=.metadata.name"), "NAMESPACE")
    equal(run("get", "service", "web", "-n", "shop", "-o",
              "jsonpath={.spec.ports[*].name}"), "http dns")
    equal(run("get", "all", "-n", "shop", "-o", "name"), "service/web\n")


@check(f"{NAME}: describes every kind")
def _():
    for kind, part in (("ingress", "web.example.com"), ("service", "8080/TCP"),
                       ("networkpolicy", "CIDR: 192.0.2.0/24"), ("endpoints", "192.0.2.1"),
                       ("endpointslice", "192.0.2.1")):
        name = "web-1" if kind == "endpointslice" else "web"
        includes(run("describe", kind, name, "-n", "shop"), "Name:", part)
    includes(run("describe", "ingressclass", "nginx"), "example.com/nginx")
    includes(run("describe", "namespace", "shop"), "Active")


@check(f"{NAME}: explains fields")
def _():
    includes(run("explain", "ingress"), "KIND:", "Ingress", "VERSION:", "spec")
    includes(run("explain", "ingress.spec.rules.http.paths.pathType"), "pathType", "string")
    includes(run("explain", "service", "--recursive"), "clusterIPs", "sessionAffinityConfig")
    for kind in ("networkpolicy", "ingressclass", "endpointslice", "endpoints", "namespace",
                 "ipaddress", "servicecidr"):
        includes(run("explain", kind + ".metadata"), "managedFields")
    includes(run("explain", "ingress.spec.none", code=1), 'field "none" does not exist')


@check(f"{NAME}: reads long lists in pages")
def _():
    objects = [{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": f"page-{i:02}"}}
               for i in range(25)]
    run("create", "-n", "shop", "-f", "-",
        stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    for output in ("name", "wide"):
        out = run("get", "endpoints", "-n", "shop", "--chunk-size=10", "-o", output)
        equal(len(re.findall(r"page-\d\d", out)), 25)
    equal(run("get", "endpoints", "-n", "shop", "--chunk-size=10", "-o", "name",
              "--field-selector=metadata.name=page-07"), "endpoints/page-07\n")
    run("delete", "endpoints", "-n", "shop", *[o["metadata"]["name"] for o in objects])


@check(f"{NAME}: patches in each form")
def _():
    def patch(form, body, *arguments):
        run("patch", "service", "web", "-n", "shop", f"--type={form}", "-p", json.dumps(body),
            *arguments)
        return get("service", "web")["spec"]["ports"]

    ports = patch("strategic", {"spec": {"ports": [{"port": 53, "protocol": "UDP", "name": "names"}]}})
    equal([p["name"] for p in ports], ["http", "names"])
    ports = patch("json", [{"op": "replace", "path": "/spec/ports/1/name", "value": "dns"}])
    equal([p["name"] for p in ports], ["http", "dns"])
    ports = patch("merge", {"spec": {"ports": [{"name": "http", "port": 80}]}})
    equal([p["name"] for p in ports], ["http"])
    out = run("patch", "service", "web", "-n", "shop", "--type=json", "-p",
              '[{"op": "remove", "path": "/spec/none"}]', code=1)
    includes(out, "invalid")
    run("apply", "-f", "-", stdin=MANIFEST)


@check(f"{NAME}: labels, annotates, edits, replaces")
def _():
    run("label", "ingress", "web", "-n", "shop", "tier=front")
    includes(run("label", "ingress", "web", "-n", "shop", "tier=back", code=1), "--overwrite")
    run("annotate", "ingress", "web", "-n", "shop", "note=one")
    run("edit", "ingress", "web", "-n", "shop", env={"KUBE_EDITOR": "sed -i s/note:.one/note:\\ two/"})
    ingress = get("ingress", "web")
    equal((ingress["metadata"]["labels"]["tier"], ingress["metadata"]["annotations"]["note"]),
          ("front", "two"))
    ingress["spec"]["rules"][0]["host"] = "other.example.com"
    run("replace", "-f", "-", stdin=json.dumps(ingress))
    includes(run("replace", "-f", "-", stdin=json.dumps(ingress), code=1), "has been modified")
    run("replace", "--force", "--grace-period=0", "-f", "-", stdin=json.dumps(
        {**ingress, "metadata": {"name": "web", "namespace": "shop"}}))
    assert get("ingress", "web")["metadata"]["uid"] != ingress["metadata"]["uid"]


@check(f"{NAME}: shows what an apply would change")
def _():
    run("replace", "--force", "--grace-period=0", "-f", "-", stdin=MANIFEST.split("---\n")[3])
    run("apply", "-f", "-", stdin=MANIFEST)
    run("diff", "-f", "-", stdin=MANIFEST)
    changed = MANIFEST.replace("host: web.example.com", "host: new.example.com")
    includes(run("diff", "-f", "-", stdin=changed, code=1), "-  - host: web.example.com",
             "+  - host: new.example.com")
    out = run("apply", "--dry-run=server", "-f", "-", stdin=changed)
    includes(out, "configured (server dry run)")
    equal(get("ingress", "web")["spec"]["rules"][0]["host"], "web.example.com")


@check(f"{NAME}: applies on the server, meets a conflict, forces it")
def _():
    def policy(cidr):
        return f"""apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: applied, namespace: shop}}
spec:
  podSelector: {{}}
  egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}]
"""

    def apply(manager, cidr, *arguments, **options):
        return run("apply", "--server-side", f"--field-manager={manager}", "-f", "-", *arguments,
                   stdin=policy(cidr), **options)

    includes(apply("one", "192.0.2.0/24"), "serverside-applied")
    out = apply("two", "198.51.100.0/24", code=1)
    includes(out, 'conflict with "one"', ".spec.egress")
    includes(apply("two", "198.51.100.0/24", "--force-conflicts"), "serverside-applied")
    arguments = ["--show-managed-fields"] if MINOR >= 21 else []
    owners = {(m["manager"], m["operation"])
              for m in get("netpol", "applied", *arguments)["metadata"]["managedFields"]}
    assert ("two", "Apply") in owners, owners


@check(f"{NAME}: creates without a manifest")
def _():
    run("create", "ingress", "simple", "-n", "shop", "--class=nginx",
        "--rule=a.example.com/x*=web:http,tls=web")
    equal(get("ingress", "simple")["spec"]["rules"][0]["http"]["paths"][0]["pathType"], "Prefix")
    run("create", "service", "nodeport", "node", "-n", "shop", "--tcp=80:80", "--node-port=30123")
    run("create", "service", "clusterip", "headless", "-n", "shop", "--clusterip=None", "--tcp=80")
    run("create", "service", "externalname", "outside", "-n", "shop",
        "--external-name=example.com")
    includes(run("create", "service", "nodeport", "twin", "-n", "shop", "--tcp=80:80",
                 "--node-port=30123", code=1), "provided port is already allocated")
    run("expose", "service", "node", "-n", "shop", "--name=exposed", "--port=8080",
        "--target-port=80")
    equal(get("service", "exposed")["spec"]["ports"][0]["targetPort"], 80)


@check(f"{NAME}: applies a set and prunes what left it")
def _():
    def ingress(name):
        return MANIFEST.split("---\n")[3].replace(
            "metadata: {name: web,", "metadata: {name: %s, labels: {set: a}," % name)

    option = "allowlist" if MINOR >= 26 else "whitelist"
    arguments = ["apply", "--prune", "-l", "set=a", "-n", "shop",
                 f"--prune-{option}=networking.k8s.io/v1/Ingress", "-f", "-"]
    run(*arguments, stdin=ingress("one") + "---\n" + ingress("two"))
    includes(run(*arguments, stdin=ingress("two")), "one pruned")
    equal(run("get", "ingress", "-l", "set=a", "-n", "shop", "-o", "name").split(),
          ["ingress.networking.k8s.io/two"])


@check(f"{NAME}: watches, as a table and as events")
def _():
    watch = subprocess.Popen(
        [KUBECTL, f"--cache-dir={CACHE.name}", "get", "ingress", "-n", "shop", "--watch-only",
         "--output-watch-events"], stdout=subprocess.PIPE, text=True)
    lines = queue.SimpleQueue()
    threading.Thread(target=lambda: [lines.put(line.split()) for line in watch.stdout],
                     daemon=True).start()
    try:
        for i in range(100):  # Until the watch has begun.
            run("annotate", "ingress", "web", "-n", "shop", f"try={i}", "--overwrite")
            try:
                equal(lines.get(timeout=0.2)[:3], ["EVENT", "NAME", "CLASS"])
                break
            except queue.Empty:
                pass
        run("create", "ingress", "seen", "-n", "shop", "--rule=a.example.com/=web:http")
        run("delete", "ingress", "seen", "-n", "shop")
        got = []
        while not got or got[-1] != ["DELETED", "seen"]:
            got.append(lines.get(timeout=30)[:2])
        equal([e for e in got if e[1] == "seen"], [["ADDED", "seen"], ["DELETED", "seen"]])
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()


@check(f"{NAME}: finds all as it was after the server was killed")
def _():
    before = run("get", "ingress,service,netpol,endpointslice,endpoints", "-A", "-o", "yaml")
    subprocess.run(os.environ["K8SNET_RESTART"], shell=True, check=True)
    after = run("get", "ingress,service,netpol,endpointslice,endpoints", "-A", "-o", "yaml")
    equal(after, before)


@check(f"{NAME}: waits for what finalizers hold")
def _():
    run("patch", "ingress", "web", "-n", "shop", "--type=merge", "-p",
        '{"metadata": {"finalizers": ["example.com/hold"]}}')
    run("delete", "ingress", "web", "-n", "shop", "--wait=false")
    includes(run("wait", "--for=delete", "ingress/web", "-n", "shop", "--timeout=300ms", code=1),
             "timed out")
    assert get("ingress", "web")["metadata"]["deletionTimestamp"]
    waiting = subprocess.Popen([KUBECTL, f"--cache-dir={CACHE.name}", "wait", "--for=delete",
                                "ingress/web", "-n", "shop", "--timeout=30s"],
                               stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)  # It must have begun, or 1.20 says that there is nothing to wait for.
    run("patch", "ingress", "web", "-n", "shop", "--type=json", "-p",
        '[{"op": "remove", "path": "/metadata/finalizers"}]')
    out, _ = waiting.communicate(timeout=60)
    equal(waiting.returncode, 0)
    includes(out, "condition met")
    includes(run("get", "ingress", "web", "-n", "shop", code=1), "NotFound")


@check(f"{NAME}: proxies")
def _():
    proxy = subprocess.Popen([KUBECTL, "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        port = re.search(r":(\d+)", proxy.stdout.readline())[1]
        out = subprocess.run(["curl", "-sS", f"http://127.0.0.1:{port}/api/v1/namespaces/shop"],
                             capture_output=True, text=True, timeout=30, check=True).stdout
        equal(json.loads(out)["metadata"]["name"], "shop")
    finally:
        proxy.kill()
        proxy.wait()
        proxy.stdout.close()


@check(f"{NAME}: deletes by label, all, and a namespace with what is in it")
def _():
    run("delete", "service", "-n", "shop", "-l", "app=web")
    run("delete", "ingress", "--all", "-n", "shop")
    equal(run("get", "ingress", "-n", "shop", "-o", "name"), "")
    started = time.monotonic()
    run("delete", "namespace", "shop", "--timeout=60s")
    assert time.monotonic() - started < 30
    equal(run("get", "service,endpoints,netpol", "-n", "shop", "-o", "name"), "")
    run("delete", "ingressclass", "nginx")


finish()
