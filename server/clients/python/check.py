#!/usr/bin/env python3
"""Drives a server with the official Python client: what a script or an operator in Python does.

Needs KUBECONFIG, and K8SNET_RESTART, a command that kills the server and starts it again.
Prints a line for each check; ends with 1 if one failed.
"""
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import check, equal, finish

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

config.load_kube_config()
core = client.CoreV1Api()
networking = client.NetworkingV1Api()
discovery = client.DiscoveryV1Api()
NAMESPACE = "python"


def refused(status, reason, function, *arguments, **named):
    """Calls the function, which must answer with that error; returns its Status."""
    try:
        function(*arguments, **named)
    except ApiException as error:
        equal(error.status, status)
        answer = json.loads(error.body)
        equal((answer["kind"], answer["reason"], answer["code"]), ("Status", reason, status))
        return answer
    raise AssertionError(f"was served instead of refused with {status}")


def ingress(name, **labels):
    return client.V1Ingress(
        metadata=client.V1ObjectMeta(name=name, labels=labels or None),
        spec=client.V1IngressSpec(
            default_backend=client.V1IngressBackend(service=client.V1IngressServiceBackend(
                name="web", port=client.V1ServiceBackendPort(number=80)))))


@check("python: reads version and resources")
def _():
    info = client.VersionApi().get_code()
    equal(info.major, "1")
    kinds = {r.name for r in networking.get_api_resources().resources}
    assert {"ingresses", "ingresses/status", "ingressclasses", "networkpolicies"} <= kinds, kinds
    assert "networking.k8s.io" in {g.name for g in client.ApisApi().get_api_versions().groups}


@check("python: creates a namespace and objects in it")
def _():
    created = core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE)))
    equal(created.status.phase, "Active")
    equal(created.metadata.labels["kubernetes.io/metadata.name"], NAMESPACE)
    made = networking.create_namespaced_ingress(NAMESPACE, ingress("first", app="web"))
    assert made.metadata.uid and made.metadata.creation_timestamp.tzinfo
    equal(networking.read_namespaced_ingress("first", NAMESPACE).spec, made.spec)
    service = core.create_namespaced_service(NAMESPACE, client.V1Service(
        metadata=client.V1ObjectMeta(generate_name="svc-"),
        spec=client.V1ServiceSpec(type="NodePort", selector={"app": "web"}, ports=[
            client.V1ServicePort(name="http", port=80, target_port="http")])))
    assert service.metadata.name.startswith("svc-") and service.spec.cluster_ip
    equal(service.spec.cluster_ips, [service.spec.cluster_ip])
    assert 30000 <= service.spec.ports[0].node_port <= 32767
    equal(service.spec.ports[0].target_port, "http")


@check("python: tells apart what is missing, there already, wrong and out of date")
def _():
    refused(404, "NotFound", networking.read_namespaced_ingress, "none", NAMESPACE)
    refused(409, "AlreadyExists", networking.create_namespaced_ingress, NAMESPACE, ingress("first"))
    answer = refused(422, "Invalid", networking.create_namespaced_ingress, NAMESPACE,
                     ingress("Not_a_name"))
    equal(answer["details"]["causes"][0]["field"], "metadata.name")
    old = networking.read_namespaced_ingress("first", NAMESPACE)
    networking.patch_namespaced_ingress("first", NAMESPACE, {"metadata": {"labels": {"x": "1"}}})
    old.metadata.labels = {"mine": "lost"}
    refused(409, "Conflict", networking.replace_namespaced_ingress, "first", NAMESPACE, old)


@check("python: lists by pages and by selectors")
def _():
    for i in range(25):
        networking.create_namespaced_ingress(NAMESPACE, ingress(f"page-{i:02}", parity=str(i % 2)))
    names, token, pages = [], None, 0
    while True:
        page = networking.list_namespaced_ingress(
            NAMESPACE, label_selector="parity", limit=10, _continue=token)
        names += [item.metadata.name for item in page.items]
        pages += 1
        if pages == 1:  # With a label selector the server does not count what remains.
            equal(page.metadata.remaining_item_count, None)
            first = page.metadata.resource_version
            networking.create_namespaced_ingress(NAMESPACE, ingress("page-99", parity="2"))
        equal(page.metadata.resource_version, first)
        token = page.metadata._continue
        if not token:
            break
    equal(names, [f"page-{i:02}" for i in range(25)])
    equal(pages, 3)
    equal(len(networking.list_namespaced_ingress(NAMESPACE, label_selector="parity in (0)").items), 13)
    equal([i.metadata.name for i in networking.list_ingress_for_all_namespaces(
        field_selector=f"metadata.namespace={NAMESPACE},metadata.name=page-07").items], ["page-07"])
    refused(400, "BadRequest", networking.list_namespaced_ingress, NAMESPACE,
            field_selector="spec.nonsense=1")


@check("python: patches with json, merge and strategic merge patches")
def _():
    # The client picks the form by the body: a list is a JSON patch, the rest strategic.
    patched = networking.patch_namespaced_ingress("first", NAMESPACE, [
        {"op": "test", "path": "/metadata/labels/app", "value": "web"},
        {"op": "add", "path": "/metadata/annotations", "value": {"by": "json"}},
        {"op": "replace", "path": "/spec/defaultBackend/service/port/number", "value": 81}])
    equal(patched.metadata.annotations, {"by": "json"})
    equal(patched.spec.default_backend.service.port.number, 81)
    equal(patched.metadata.generation, 2)
    service = core.create_namespaced_service(NAMESPACE, client.V1Service(
        metadata=client.V1ObjectMeta(name="patched"),
        spec=client.V1ServiceSpec(ports=[client.V1ServicePort(name="a", port=80)])))
    address = service.spec.cluster_ip
    service = core.patch_namespaced_service("patched", NAMESPACE, {
        "spec": {"ports": [{"name": "b", "port": 443}]}})
    equal(sorted(p.name for p in service.spec.ports), ["a", "b"])
    service = core.patch_namespaced_service("patched", NAMESPACE, {
        "spec": {"ports": [{"$patch": "delete", "port": 80}]}})
    equal([(p.name, p.port) for p in service.spec.ports], [("b", 443)])
    service = core.patch_namespaced_service(
        "patched", NAMESPACE, {"spec": {"ports": [{"name": "c", "port": 8080}]}},
        _content_type="application/merge-patch+json")
    equal([(p.name, p.port) for p in service.spec.ports], [("c", 8080)])
    equal(service.spec.cluster_ip, address)
    refused(422, "Invalid", networking.patch_namespaced_ingress, "first", NAMESPACE, [
        {"op": "test", "path": "/metadata/labels/app", "value": "other"}])


@check("python: applies, meets a conflict, forces it")
def _():
    apply = "application/apply-patch+yaml"
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": "applied", "labels": {"team": "one"}},
            "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}}

    def apply_as(manager, **options):
        return networking.patch_namespaced_ingress(
            "applied", NAMESPACE, body, field_manager=manager, _content_type=apply, **options)

    first = apply_as("one")
    equal([(m.manager, m.operation) for m in first.metadata.managed_fields], [("one", "Apply")])
    equal(apply_as("one").metadata.resource_version, first.metadata.resource_version)
    body["metadata"]["labels"]["team"] = "two"
    answer = refused(409, "Conflict", apply_as, "two")
    equal(answer["message"],
          'Apply failed with 1 conflict: conflict with "one": .metadata.labels.team')
    equal(answer["details"]["causes"], [
        {"reason": "FieldManagerConflict", "message": 'conflict with "one"',
         "field": ".metadata.labels.team"}])
    equal(apply_as("two", force=True).metadata.labels, {"team": "two"})


@check("python: applies through the dynamic client")
def _():
    lazily = dynamic.DynamicClient(client.ApiClient())
    policies = lazily.resources.get(api_version="networking.k8s.io/v1", kind="NetworkPolicy")
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "deny", "namespace": NAMESPACE},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    made = policies.server_side_apply(body=body, field_manager="dynamic")
    equal(made.spec.policyTypes, ["Ingress"])
    equal(len(policies.get(namespace=NAMESPACE).items), 1)
    equal(policies.delete(name="deny", namespace=NAMESPACE).status, "Success")


@check("python: changes the status through its subresource alone")
def _():
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}}
    plain = networking.patch_namespaced_ingress("first", NAMESPACE, status)
    equal(plain.status.load_balancer.ingress, None)
    patched = networking.patch_namespaced_ingress_status("first", NAMESPACE, status)
    equal(patched.status.load_balancer.ingress[0].ip, "192.0.2.9")
    equal(patched.metadata.generation, plain.metadata.generation)
    read = networking.read_namespaced_ingress_status("first", NAMESPACE)
    read.status.load_balancer.ingress[0].hostname = "a.example.com"
    read.spec.default_backend.service.name = "ignored"
    replaced = networking.replace_namespaced_ingress_status("first", NAMESPACE, read)
    equal(replaced.status.load_balancer.ingress[0].hostname, "a.example.com")
    equal(replaced.spec.default_backend.service.name, "web")


@check("python: watches across a restart of the server, from where it was")
def _():
    start = discovery.list_namespaced_endpoint_slice(NAMESPACE).metadata.resource_version
    events, seen = [], threading.Condition()
    watcher, ended = watch.Watch(), threading.Event()

    def follow():  # A stream breaks with its server; the next goes on behind the last event.
        watcher.resource_version = start
        while not ended.is_set():
            try:
                for event in watcher.stream(discovery.list_namespaced_endpoint_slice, NAMESPACE,
                                            resource_version=watcher.resource_version):
                    with seen:
                        events.append((event["type"], event["object"].metadata.name))
                        seen.notify_all()
            except Exception:
                time.sleep(0.05)

    def wait_for(count):
        with seen:
            assert seen.wait_for(lambda: len(events) >= count, 30), events

    def slice_of(name):
        return client.V1EndpointSlice(
            metadata=client.V1ObjectMeta(name=name), address_type="IPv4",
            endpoints=[client.V1Endpoint(addresses=["192.0.2.1"])])

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    discovery.create_namespaced_endpoint_slice(NAMESPACE, slice_of("before"))
    wait_for(1)
    subprocess.run(os.environ["K8SNET_RESTART"], shell=True, check=True)
    discovery.create_namespaced_endpoint_slice(NAMESPACE, slice_of("after"))
    discovery.patch_namespaced_endpoint_slice("after", NAMESPACE,
                                              {"metadata": {"labels": {"a": "b"}}})
    discovery.delete_namespaced_endpoint_slice("after", NAMESPACE)
    wait_for(4)
    ended.set()
    watcher.stop()
    equal(events, [("ADDED", "before"), ("ADDED", "after"), ("MODIFIED", "after"),
                   ("DELETED", "after")])


@check("python: deletes with finalizers, in the foreground and by collection")
def _():
    held = ingress("held")
    held.metadata.finalizers = ["example.com/hold"]
    networking.create_namespaced_ingress(NAMESPACE, held)
    networking.delete_namespaced_ingress("held", NAMESPACE)
    marked = networking.read_namespaced_ingress("held", NAMESPACE)
    assert marked.metadata.deletion_timestamp
    networking.patch_namespaced_ingress("held", NAMESPACE, {"metadata": {"finalizers": None}},
                                        _content_type="application/merge-patch+json")
    refused(404, "NotFound", networking.read_namespaced_ingress, "held", NAMESPACE)
    refused(409, "Conflict", networking.delete_namespaced_ingress, "first", NAMESPACE,
            body=client.V1DeleteOptions(preconditions=client.V1Preconditions(uid="another")))
    networking.delete_collection_namespaced_ingress(NAMESPACE, label_selector="parity")
    equal([i.metadata.name for i in networking.list_namespaced_ingress(NAMESPACE).items],
          ["applied", "first"])


@check("python: tries a write without doing it")
def _():
    networking.create_namespaced_ingress(NAMESPACE, ingress("dry"), dry_run="All")
    refused(404, "NotFound", networking.read_namespaced_ingress, "dry", NAMESPACE)
    networking.delete_namespaced_ingress("first", NAMESPACE, dry_run="All")
    networking.read_namespaced_ingress("first", NAMESPACE)


@check("python: reads a table and metadata alone")
def _():
    def as_kind(kind):
        answer = networking.list_namespaced_ingress(
            NAMESPACE, _preload_content=False,
            _headers={"Accept": f"application/json;as={kind};v=v1;g=meta.k8s.io"})
        return json.loads(answer.read())

    table = as_kind("Table")
    equal(table["kind"], "Table")
    equal([c["name"] for c in table["columnDefinitions"]][:3], ["Name", "Class", "Hosts"])
    equal(table["rows"][0]["cells"][0], "applied")
    partial = as_kind("PartialObjectMetadataList")
    equal(partial["kind"], "PartialObjectMetadataList")
    assert "spec" not in partial["items"][0]


@check("python: deletes a namespace with what is in it")
def _():
    core.delete_namespace(NAMESPACE)
    for _ in range(600):
        try:
            equal(core.read_namespace(NAMESPACE).status.phase, "Terminating")
        except ApiException as error:
            equal(error.status, 404)
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the namespace is still there")
    equal(networking.list_namespaced_ingress(NAMESPACE).items, [])


finish()
