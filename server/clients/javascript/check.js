// Drives a server with the official JavaScript client: what a web backend or a Node controller does.
//
// Needs KUBECONFIG, and K8SNET_RESTART, a command that kills the server and starts it again.
// Prints a line for each check; ends with 1 if one failed.
import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const networking = config.makeApiClient(k8s.NetworkingV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const namespace = 'javascript';
let failed = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`ok javascript: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL javascript: ${name}: ${error.stack}`);
  }
}

// Awaits the call, which must be answered with that error; returns its Status.
async function refused(code, reason, call) {
  let error;
  try {
    await call;
  } catch (thrown) {
    error = thrown;
  }
  assert.equal(error?.code, code, error);
  const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
  assert.deepEqual([status.kind, status.reason, status.code], ['Status', reason, code]);
  return status;
}

async function eventually(what, condition) {
  for (let i = 0; i < 600; ++i) {
    if (await condition()) {
      return;
    }
    await sleep(50);
  }
  assert.fail(`not so after 30 seconds: ${what}`);
}

function ingress(name, labels) {
  return {
    metadata: { name, labels },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  };
}

const as = (type) => k8s.setHeaderOptions('Content-Type', type);

await check('reads version and resources', async () => {
  assert.equal((await config.makeApiClient(k8s.VersionApi).getCode()).major, '1');
  const { resources } = await networking.getAPIResources();
  assert.ok(resources.some(({ name }) => name === 'ingresses/status'));
});

await check('creates a namespace and objects in it', async () => {
  const made = await core.createNamespace({ body: { metadata: { name: namespace } } });
  assert.equal(made.status.phase, 'Active');
  const first = await networking.createNamespacedIngress(
    { namespace, body: ingress('first', { app: 'web' }) });
  assert.ok(first.metadata.creationTimestamp instanceof Date);
  assert.deepEqual(await networking.readNamespacedIngress({ name: 'first', namespace }), first);
  const service = await core.createNamespacedService({
    namespace,
    body: {
      metadata: { generateName: 'svc-' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http' }] },
    },
  });
  assert.match(service.metadata.name, /^svc-.{5}$/);
  assert.deepEqual(service.spec.clusterIPs, [service.spec.clusterIP]);
  assert.equal(service.spec.allocateLoadBalancerNodePorts, true);
  assert.equal(service.spec.ports[0].targetPort, 'http');
});

await check('tells apart what is missing, there already and wrong', async () => {
  await refused(404, 'NotFound', networking.readNamespacedIngress({ name: 'none', namespace }));
  await refused(409, 'AlreadyExists',
    networking.createNamespacedIngress({ namespace, body: ingress('first') }));
  const status = await refused(422, 'Invalid',
    networking.createNamespacedIngress({ namespace, body: { metadata: { name: 'empty' }, spec: {} } }));
  assert.equal(status.details.causes[0].field, 'spec');
  const old = await networking.readNamespacedIngress({ name: 'first', namespace });
  await networking.replaceNamespacedIngress(
    { name: 'first', namespace, body: { ...old, metadata: { ...old.metadata, labels: { app: 'new' } } } });
  await refused(409, 'Conflict',
    networking.replaceNamespacedIngress({ name: 'first', namespace, body: old }));
});

await check('lists by pages and by selectors', async () => {
  for (let i = 0; i < 25; ++i) {
    await networking.createNamespacedIngress(
      { namespace, body: ingress(`page-${String(i).padStart(2, '0')}`, { parity: String(i % 2) }) });
  }
  const names = [];
  const remaining = [];
  let token;
  do {
    const page = await networking.listNamespacedIngress({ namespace, limit: 10, _continue: token });
    names.push(...page.items.map((item) => item.metadata.name));
    remaining.push(page.metadata.remainingItemCount);
    token = page.metadata._continue;
  } while (token);
  assert.equal(names.length, 26);
  assert.deepEqual(names, [...names].sort());
  assert.deepEqual(remaining, [16, 6, undefined]);
  const odd = await networking.listNamespacedIngress({ namespace, labelSelector: 'parity=1' });
  assert.equal(odd.items.length, 12);
  const one = await networking.listIngressForAllNamespaces({ fieldSelector: 'metadata.name=page-07' });
  assert.deepEqual(one.items.map((item) => item.metadata.name), ['page-07']);
});

await check('patches with json, merge and strategic merge patches', async () => {
  const name = 'patched';
  await core.createNamespacedService(
    { namespace, body: { metadata: { name }, spec: { ports: [{ name: 'a', port: 80 }] } } });
  const patch = async (type, body) => (await core.patchNamespacedService({ name, namespace, body }, as(type)))
    .spec.ports.map((port) => port.name);
  assert.deepEqual(await patch(k8s.PatchStrategy.StrategicMergePatch,
    { spec: { ports: [{ name: 'b', port: 443 }] } }), ['b', 'a']);
  assert.deepEqual(await patch(k8s.PatchStrategy.JsonPatch,
    [{ op: 'remove', path: '/spec/ports/0' }]), ['a']);
  assert.deepEqual(await patch(k8s.PatchStrategy.MergePatch,
    { spec: { ports: [{ name: 'c', port: 8080 }] } }), ['c']);
});

await check('applies, meets a conflict, forces it', async () => {
  const apply = (owner, team, force) => networking.patchNamespacedIngress({
    name: 'applied', namespace, fieldManager: owner, force,
    body: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...ingress('applied', { team }) },
  }, as(k8s.PatchStrategy.ServerSideApply));
  await apply('one', 'red');
  const status = await refused(409, 'Conflict', apply('two', 'blue'));
  assert.equal(status.message, 'Apply failed with 1 conflict: conflict with "one": .metadata.labels.team');
  const forced = await apply('two', 'blue', true);
  assert.deepEqual(forced.metadata.labels, { team: 'blue' });
  assert.deepEqual(forced.metadata.managedFields.map((entry) => entry.manager), ['one', 'two']);
});

await check('works on objects of any kind by discovery', async () => {
  const policy = {
    apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  };
  await objects.create(policy);
  await objects.patch({ ...policy, metadata: { ...policy.metadata, labels: { a: 'b' } } },
    undefined, undefined, 'objects', undefined, k8s.PatchStrategy.MergePatch);
  const list = await objects.list('networking.k8s.io/v1', 'NetworkPolicy', namespace);
  assert.deepEqual(list.items.map((item) => item.metadata.labels), [{ a: 'b' }]);
  await objects.delete(policy);
  await refused(404, 'NotFound', objects.read(policy));
});

await check('keeps an informer over a restart of the server and over a lost history', async () => {
  const list = () => networking.listNamespacedIngress({ namespace });
  const informer = k8s.makeInformer(
    config, `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, list);
  const seen = [];
  informer.on('add', (object) => seen.push(`add ${object.metadata.name}`));
  informer.on('delete', (object) => seen.push(`delete ${object.metadata.name}`));
  let stopped = false;
  informer.on('error', () => sleep(100).then(() => stopped || informer.start()));
  await informer.start();
  await eventually('the first list is known', () => informer.list(namespace).length === 27);
  seen.length = 0;

  execSync(process.env.K8SNET_RESTART);
  await networking.createNamespacedIngress({ namespace, body: ingress('after') });
  await eventually('what came after the restart is seen', () => seen.length > 0);
  assert.deepEqual(seen, ['add after'], 'nothing is seen twice');

  // While nobody looks, so much happens that the server forgets how it began.
  await informer.stop();
  stopped = true;
  await networking.deleteNamespacedIngress({ name: 'after', namespace });
  const noise = ingress('noise');
  await networking.createNamespacedIngress({ namespace, body: noise });
  for (let i = 0; i < 300; ++i) {
    const annotations = { noise: String(i).padEnd(250_000, '.') };
    await networking.patchNamespacedIngress({ name: 'noise', namespace, body: { metadata: { annotations } } },
      as(k8s.PatchStrategy.MergePatch));
  }
  stopped = false;
  await informer.start();
  await eventually('the deletion is found by a new list', () => seen.includes('delete after'));
  assert.deepEqual(seen.sort(), ['add after', 'add noise', 'delete after']);
  stopped = true;
  await informer.stop();
});

await check('deletes with finalizers and by collection', async () => {
  const held = ingress('held');
  held.metadata.finalizers = ['example.com/hold'];
  await networking.createNamespacedIngress({ namespace, body: held });
  await networking.deleteNamespacedIngress({ name: 'held', namespace });
  const marked = await networking.readNamespacedIngress({ name: 'held', namespace });
  assert.ok(marked.metadata.deletionTimestamp instanceof Date);
  await networking.patchNamespacedIngress(
    { name: 'held', namespace, body: { metadata: { finalizers: null } } }, as(k8s.PatchStrategy.MergePatch));
  await refused(404, 'NotFound', networking.readNamespacedIngress({ name: 'held', namespace }));
  await networking.deleteCollectionNamespacedIngress({ namespace, labelSelector: 'parity' });
  const left = await networking.listNamespacedIngress({ namespace });
  assert.deepEqual(left.items.map((item) => item.metadata.name), ['applied', 'first', 'noise']);
});

await check('changes the status through its subresource alone', async () => {
  const body = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } } };
  const options = as(k8s.PatchStrategy.MergePatch);
  const plain = await networking.patchNamespacedIngress({ name: 'first', namespace, body }, options);
  assert.equal(plain.status.loadBalancer.ingress, undefined);
  const patched = await networking.patchNamespacedIngressStatus({ name: 'first', namespace, body }, options);
  assert.equal(patched.status.loadBalancer.ingress[0].ip, '192.0.2.9');
});

await check('deletes a namespace with what is in it', async () => {
  await core.deleteNamespace({ name: namespace });
  await eventually('the namespace is gone', async () => {
    const names = (await core.listNamespace()).items.map((item) => item.metadata.name);
    return !names.includes(namespace);
  });
  assert.deepEqual((await networking.listNamespacedIngress({ namespace })).items, []);
});

process.exit(failed === 0 ? 0 : 1);
