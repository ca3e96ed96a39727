import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { ResourceAbsent, ResourceExists, ResourceInvalid, UpdateConflict } from "./error.ts";
import { calicoDump } from "./io/calico-dump.ts";
import { apiVersion, type Kind, kindNames } from "./model/resource.ts";
import type { ResourceOf } from "./model/schemas.ts";
import { ResourceClient } from "./resource-client.ts";
import { SimServer } from "./sim/server.ts";
import { SimStore } from "./sim/store.ts";
import { validate } from "./validate.ts";

const gnpPath = "/calico/resources/v3/projectcalico.org/globalnetworkpolicies/";

function bench() {
  const clock = new SimClock(Date.UTC(2026, 10, 21, 1, 8, 52));
  const server = new SimServer(clock);
  const store = new SimStore(server, clock);
  const raw = (path: string) => server.history.get(path)?.value;
  const put = (key: string, value: string) => server.commit([], [{ key, value }], []);
  return { server, store, raw, put, client: new ResourceClient(store, clock, seededRandom(1)) };
}

function make<K extends Kind>(kind: K, name: string, spec: object, namespace?: string): ResourceOf<K> {
  const metadata = { name, ...(namespace && { namespace }) };
  const result = validate({ kind, apiVersion, metadata, spec }, () => undefined);
  assert(result.ok, JSON.stringify(result));
  return result.resource as ResourceOf<K>;
}

describe("ResourceClient", () => {
  it("creates once, gives uid and time, and reads back what it wrote", async () => {
    const { client, raw } = bench();
    const made = await client.create(make("BGPPeer", "tor", { peerIP: "10.99.0.254", asNumber: 64512 }));
    assert.match(made.metadata.uid ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(made.metadata.creationTimestamp, "2026-11-21T01:08:52Z");
    assert.equal(made.metadata.resourceVersion, "2");
    assert.deepEqual(await client.get({ kind: "BGPPeer", name: "tor" }), made);
    const calicos = calicoDump().find(({ key }) => key.endsWith("/bgppeers/tor"))!;
    const withUid = calicos.value.replace(/"uid":"[^"]*"/, `"uid":"${made.metadata.uid}"`);
    assert.equal(raw(calicos.key), withUid, "as Calico writes it");
    const again = client.create(make("BGPPeer", "tor", { peerIP: "10.99.0.1", asNumber: 1 }));
    await assert.rejects(again, (error: unknown) => {
      assert(error instanceof ResourceExists);
      assert.equal(error.message, "resource already exists: BGPPeer(tor)");
      return true;
    });
  });

  it("updates only at the revision that was read", async () => {
    const { client } = bench();
    const made = await client.create(make("Tier", "sec", { order: 10 }));
    const next = await client.update({ ...made, spec: { order: 20 } });
    assert.equal(next.metadata.uid, made.metadata.uid);
    await assert.rejects(client.update({ ...made, spec: { order: 30 } }), UpdateConflict);
    await assert.rejects(client.update(make("Tier", "sec", {})), ResourceInvalid);
    const absent = { ...next, metadata: { ...next.metadata, name: "other" } };
    await assert.rejects(client.update(absent), ResourceAbsent);
    assert.equal((await client.get({ kind: "Tier", name: "sec" })).spec.order, 20);
  });

  it("notices a competitor between its read and its write", async () => {
    const { client, server, raw, put } = bench();
    const made = await client.create(make("Tier", "sec", { order: 10 }));
    const path = "/calico/resources/v3/projectcalico.org/tiers/sec";
    server.beforeCommit = () => put(path, raw(path)!.replace("10", "11"));
    await assert.rejects(client.update({ ...made, spec: { order: 20 } }), UpdateConflict);
    server.beforeCommit = () => put(path, raw(path)!.replace("11", "12"));
    const applied = await client.apply(make("Tier", "sec", { order: 30 }));
    assert.deepEqual([applied.created, applied.resource.spec.order], [false, 30], "apply starts again");
  });

  it("applies: creates, then replaces, and keeps uid and creation", async () => {
    const { client } = bench();
    const first = await client.apply(make("IPPool", "p", { cidr: "10.0.0.0/16" }));
    assert.equal(first.created, true);
    const second = await client.apply(make("IPPool", "p", { cidr: "10.0.0.0/16", natOutgoing: true }));
    assert.equal(second.created, false);
    assert.equal(second.resource.metadata.uid, first.resource.metadata.uid);
    assert.equal(second.resource.spec.natOutgoing, true);
  });

  it("keeps fields of the future and the order of fields on update", async () => {
    const { client, put, raw } = bench();
    const { key, value } = calicoDump().find(({ key }) => key.endsWith("/nodes/n1"))!;
    put(key, value.replace('"spec":{', '"spec":{"future":{"x":9007199254740993},'));
    const node = await client.get({ kind: "Node", name: "n1" });
    assert.equal("future" in node.spec, false);
    await client.update({ ...node, spec: { bgp: { ...node.spec.bgp, asNumber: 64513 } } });
    const expected = value.replace("64512", "64513").replace('/24"}', '/24"},"future":{"x":9007199254740993}');
    assert.equal(raw(key), expected);
  });

  it("deletes, at a revision when one is given, and answers what was deleted", async () => {
    const { client } = bench();
    const made = await client.create(make("GlobalNetworkSet", "s", { nets: ["10.0.0.0/8"] }));
    await assert.rejects(client.delete({ kind: "GlobalNetworkSet", name: "s" }, "1"), UpdateConflict);
    assert.deepEqual(await client.delete({ kind: "GlobalNetworkSet", name: "s" }), made);
    await assert.rejects(
      client.delete({ kind: "GlobalNetworkSet", name: "s" }),
      /resource does not exist: GlobalNetworkSet\(s\)/,
    );
  });

  it("lists a kind, or one namespace of it, and reports what is malformed", async () => {
    const { client, put } = bench();
    for (const namespace of ["a", "b"]) await client.create(make("NetworkSet", "s", { nets: [] }, namespace));
    put("/calico/resources/v3/projectcalico.org/networksets/a/broken", "{}");
    const all = await client.list("NetworkSet");
    assert.deepEqual(
      all.resources.map((set) => set.metadata.namespace),
      ["a", "b"],
    );
    assert.equal(all.problems[0]?.object, "NetworkSet(a/broken)");
    assert.equal((await client.list("NetworkSet", "b")).resources.length, 1);
    for (const kind of kindNames)
      assert.deepEqual((await client.list(kind, undefined)).problems.length, kind === "NetworkSet" ? 1 : 0);
  });
});

describe("ResourceClient, policies", () => {
  const web = () => make("GlobalNetworkPolicy", "web", { selector: "all()", ingress: [{ action: "Allow" }] });

  it("stores a default-tier policy as the cluster's version expects, and calls it by its short name", async () => {
    for (const [calicoVersion, stored] of [
      ["v3.31.0", "default.web"],
      ["v3.32.1", "web"],
      [undefined, "default.web"],
    ] as const) {
      const { client, raw } = bench();
      const spec = { clusterGUID: "x", datastoreReady: true, ...(calicoVersion && { calicoVersion }) };
      await client.create(make("ClusterInformation", "default", spec));
      const made = await client.create(web());
      const text = raw(gnpPath + stored);
      assert(text, `stored as ${stored}`);
      assert(
        text.includes(`"name":"${stored}"`) && text.includes('"projectcalico.org/metadata":"{\\"name\\":\\"web\\"}"'),
      );
      assert(text.includes('"ingress":[{"action":"Allow","source":{},"destination":{}}]'));
      const read = await client.get({ kind: "GlobalNetworkPolicy", name: "default.web" });
      assert.deepEqual(
        [read.metadata.name, read.metadata.annotations, read.spec.types],
        ["web", undefined, ["Ingress"]],
      );
      assert.deepEqual(read, made);
    }
  });

  it("finds either spelling, lists a policy once, updates it where it is, and deletes both", async () => {
    const { client, put, raw } = bench();
    const dumped = calicoDump().find(({ key }) => key.endsWith("default.web-in"))!;
    put(dumped.key, dumped.value);
    const read = await client.get({ kind: "GlobalNetworkPolicy", name: "web-in" });
    await client.update({ ...read, spec: { ...read.spec, order: 5 } });
    assert(raw(dumped.key)?.includes('"order":5'));
    await assert.rejects(client.create(make("GlobalNetworkPolicy", "web-in", {})), ResourceExists);
    put(
      `${gnpPath}web-in`,
      dumped.value.replace('"name":"default.web-in"', '"name":"web-in"').replace('"order":10', '"order":6'),
    );
    const listed = (await client.list("GlobalNetworkPolicy")).resources;
    assert.deepEqual(
      listed.map((policy) => [policy.metadata.name, policy.spec.order]),
      [["web-in", 6]],
    );
    await client.delete({ kind: "GlobalNetworkPolicy", name: "web-in" });
    assert.deepEqual((await client.list("GlobalNetworkPolicy")).resources, []);
  });
});

describe("ResourceClient, special kinds", () => {
  it("makes up the profile that allows everything, and never stores it", async () => {
    const { client, server } = bench();
    const profile = await client.get({ kind: "Profile", name: "projectcalico-default-allow" });
    assert.equal(profile.spec.ingress?.[0]?.action, "Allow");
    assert.equal((await client.list("Profile")).resources.length, 1);
    assert.deepEqual(server.history.list("").entries, []);
  });

  it("refuses a pool that overlaps another, or whose blocks are of another size, or that changes its CIDR", async () => {
    const { client, put } = bench();
    const pool = await client.create(make("IPPool", "a", { cidr: "10.0.0.0/16" }));
    await assert.rejects(
      client.create(make("IPPool", "b", { cidr: "10.0.128.0/24" })),
      /overlaps IPPool\(a\), 10.0.0.0\/16/,
    );
    await assert.rejects(
      client.update({ ...pool, spec: { ...pool.spec, cidr: "10.1.0.0/16" } }),
      /may not change; 10.0.0.0\/16/,
    );
    await assert.rejects(client.update({ ...pool, spec: { ...pool.spec, blockSize: 28 } }), /may not change; 26/);
    put("/calico/ipam/v2/assignment/ipv4/block/10.2.0.0-28", "{}");
    await assert.rejects(client.create(make("IPPool", "c", { cidr: "10.2.0.0/16" })), /28 would be right/);
  });

  it("keeps built-in tiers, and tiers that hold policies", async () => {
    const { client } = bench();
    await client.create(make("Tier", "default", { order: 1_000_000 }));
    await client.create(make("Tier", "sec", { order: 1 }));
    await client.create(make("NetworkPolicy", "sec.web", { tier: "sec" }, "prod"));
    await assert.rejects(client.delete({ kind: "Tier", name: "default" }), /built in/);
    await assert.rejects(client.delete({ kind: "Tier", name: "sec" }), /holds policies/);
    await client.delete({ kind: "NetworkPolicy", namespace: "prod", name: "sec.web" });
    await client.delete({ kind: "Tier", name: "sec" });
  });

  it("shows the settings of IPAM as a resource, stored as Calico's libraries want them", async () => {
    const { client, raw, put } = bench();
    await assert.rejects(client.get({ kind: "IPAMConfiguration", name: "default" }), ResourceAbsent);
    put("/calico/ipam/v2/config", '{"auto_allocate_blocks":true}');
    const read = await client.get({ kind: "IPAMConfiguration", name: "default" });
    assert.deepEqual(read.spec, { strictAffinity: false, maxBlocksPerHost: 0, autoAllocateBlocks: true });
    await client.update({ ...read, spec: { strictAffinity: true, maxBlocksPerHost: 4, autoAllocateBlocks: true } });
    assert.equal(
      raw("/calico/ipam/v2/config"),
      '{"strict_affinity":true,"auto_allocate_blocks":true,"maxBlocksPerHost":4}',
    );
    assert.equal((await client.list("IPAMConfiguration")).resources.length, 1);
  });

  it("gives an endpoint the labels that Calico's client adds", async () => {
    const { client } = bench();
    const spec = { node: "n1", orchestrator: "k8s", pod: "p", endpoint: "eth0", serviceAccountName: "sa" };
    const made = await client.create(make("WorkloadEndpoint", "n1-k8s-p-eth0", spec, "prod"));
    assert.deepEqual(made.metadata.labels, {
      "projectcalico.org/namespace": "prod",
      "projectcalico.org/orchestrator": "k8s",
      "projectcalico.org/serviceaccount": "sa",
    });
  });
});
