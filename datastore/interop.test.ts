import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { apiVersion, type Kind, kinds } from "./model/resource.ts";
import type { Resource } from "./model/schemas.ts";
import { ResourceClient } from "./resource-client.ts";
import { resourcePath } from "./resource-key.ts";
import { SimServer } from "./sim/server.ts";
import { SimStore } from "./sim/store.ts";
import { validate } from "./validate.ts";

const metadataKey = "projectcalico.org/metadata";

function bench(calicoVersion?: string) {
  const clock = new SimClock(Date.UTC(2026, 10, 21, 1, 8, 52));
  const server = new SimServer(clock);
  const put = (key: string, value: object) => server.commit([], [{ key, value: JSON.stringify(value) }], []);
  if (calicoVersion !== undefined) {
    put(resourcePath({ kind: "ClusterInformation", name: "default" }), {
      kind: "ClusterInformation",
      apiVersion,
      metadata: { name: "default" },
      spec: { calicoVersion },
    });
  }
  const client = new ResourceClient(new SimStore(server, clock), clock, seededRandom(1));
  return { client, put, text: (path: string) => server.history.get(path)?.value };
}

function made(kind: Kind, name: string, spec: object): Resource {
  const metadata = { name, ...(kinds[kind].namespaced && { namespace: "prod" }) };
  const result = validate({ kind, apiVersion, metadata, spec }, () => undefined);
  assert(result.ok, JSON.stringify(result));
  return result.resource;
}

/** Version of the cluster; what a person writes, tier and name; the stored name; whether the name is annotated (Appendix of
 * Calico's releases: 3.29 prefixes, 3.30 annotates too, 3.32 stores plainly). */
const eras: readonly (readonly [string | undefined, string, string, string, boolean])[] = [
  ["v3.26.4", "default", "foo", "default.foo", false],
  ["v3.28.0", "default", "default.foo", "default.foo", false],
  ["v3.29.1", "default", "foo", "default.foo", false],
  ["v3.30.0", "default", "foo", "default.foo", true],
  ["v3.31.2", "default", "default.foo", "default.foo", true],
  ["v3.32.0", "default", "foo", "foo", true],
  ["v3.32.1", "default", "default.foo", "foo", true],
  ["v3.33.0-0.dev-12-gabc", "default", "foo", "foo", true],
  [undefined, "default", "foo", "default.foo", true],
  ["v3.28.0", "sec", "sec.foo", "sec.foo", false],
  ["v3.32.0", "sec", "sec.foo", "sec.foo", true],
];
const policyKinds = [
  "GlobalNetworkPolicy",
  "NetworkPolicy",
  "StagedGlobalNetworkPolicy",
  "StagedNetworkPolicy",
] as const;

describe("policies of three eras", () => {
  for (const [version, tier, name, stored, annotated] of eras) {
    it(`${version ?? "a cluster without version"}: ${name} of tier ${tier} is stored as ${stored}`, async () => {
      for (const kind of policyKinds) {
        const { client, text } = bench(version);
        await client.create(made(kind, name, { tier }));
        const namespace = kinds[kind].namespaced ? { namespace: "prod" } : {};
        const written = text(resourcePath({ kind, name: stored, ...namespace }));
        assert(written, kind);
        const { metadata } = JSON.parse(written);
        assert.equal(metadata.name, stored);
        assert.equal(metadata.annotations?.[metadataKey] !== undefined, annotated);
        for (const called of [name, stored, name.replace(/^default\./, "")]) {
          const found = await client.get({ kind, name: called, ...namespace });
          assert.equal(found.metadata.name, name.replace(/^default\./, ""), "one name, whoever wrote it");
          assert.equal(found.metadata.annotations?.[metadataKey], undefined);
        }
      }
    });
  }

  it("an update leaves the stored name and its annotation as they were", async () => {
    const { client, put, text } = bench("v3.32.0");
    const path = resourcePath({ kind: "GlobalNetworkPolicy", name: "default.old" });
    put(path, { kind: "GlobalNetworkPolicy", apiVersion, metadata: { name: "default.old" }, spec: { order: 1 } });
    await client.apply(made("GlobalNetworkPolicy", "old", { order: 2 }));
    const { metadata, spec } = JSON.parse(text(path) ?? "{}");
    assert.deepEqual([metadata.name, metadata.annotations, spec.order], ["default.old", undefined, 2]);
  });
});

describe("what is stored", () => {
  const rows: readonly (readonly [Kind, string, object, object | undefined, object | undefined])[] = [
    [
      "IPPool",
      "p",
      { cidr: "10.0.0.0/16", natOutgoing: false, disabled: false, blockSize: 0, nodeSelector: "", allowedUses: [] },
      {
        cidr: "10.0.0.0/16",
        vxlanMode: "Never",
        ipipMode: "Never",
        blockSize: 26,
        nodeSelector: "all()",
        allowedUses: ["Workload", "Tunnel"],
        assignmentMode: "Automatic",
      },
      undefined,
    ],
    [
      "BGPPeer",
      "b",
      { peerSelector: "all()", asNumber: 0, keepOriginalNextHop: false, filters: [] },
      { peerSelector: "all()" },
      undefined,
    ],
    [
      "BGPConfiguration",
      "default",
      { nodeToNodeMeshEnabled: false, communities: [] },
      { nodeToNodeMeshEnabled: false },
      undefined,
    ],
    [
      "GlobalNetworkPolicy",
      "g",
      { order: 0, doNotTrack: false, ingress: [], selector: "" },
      { order: 0, types: ["Ingress"] },
      undefined,
    ],
    [
      "FelixConfiguration",
      "default",
      { ipv6Support: false, healthPort: 0, healthHost: "", logFilePath: "", failsafeInboundHostPorts: [] },
      { ipv6Support: false, healthHost: "", healthPort: 0, failsafeInboundHostPorts: [], bpfLogLevel: "" },
      undefined,
    ],
    ["Node", "n", { bgp: { asNumber: 0 } }, { bgp: { asNumber: 0 } }, {}],
    ["KubeControllersConfiguration", "default", { debugProfilePort: 0 }, { controllers: {}, debugProfilePort: 0 }, {}],
    ["StagedKubernetesNetworkPolicy", "s", {}, { podSelector: {} }, undefined],
    [
      "Profile",
      "f",
      { labelsToApply: { a: "" }, egress: [{ action: "Allow" }] },
      { egress: [{ action: "Allow", source: {}, destination: {} }], labelsToApply: { a: "" } },
      undefined,
    ],
  ];
  for (const [kind, name, spec, stored, status] of rows) {
    it(`of ${kind} is without what Go leaves out, and with what it does not`, async () => {
      const { client, text } = bench();
      await client.create(made(kind, name, spec));
      const namespace = kinds[kind].namespaced ? { namespace: "prod" } : {};
      const paths = [name, `default.${name}`].map((each) => text(resourcePath({ kind, name: each, ...namespace })));
      const value = JSON.parse(paths.find((each) => each !== undefined) ?? "{}");
      assert.deepEqual([value.spec, value.status], [stored, status]);
      assert.match(value.metadata.uid, /^[0-9a-f-]{36}$/);
      assert.equal(value.metadata.creationTimestamp, "2026-11-21T01:08:52Z");
      assert.equal("resourceVersion" in value.metadata, false);
    });
  }

  it("of an endpoint with fields of tomorrow keeps them when it is changed", async () => {
    const { client, put, text } = bench();
    const key = { kind: "WorkloadEndpoint", namespace: "prod", name: "n1-k8s-p-eth0" } as const;
    const spec = { orchestrator: "k8s", node: "n1", pod: "p", endpoint: "eth0", tomorrow: { a: 1 } };
    put(resourcePath(key), { kind: key.kind, apiVersion, metadata: { name: key.name, namespace: "prod" }, spec });
    const found = await client.get(key);
    await client.update({ ...found, spec: { ...found.spec, mac: "ca:7f:c9:e8:f4:32" } });
    const written = JSON.parse(text(resourcePath(key)) ?? "{}");
    assert.deepEqual([written.spec.tomorrow, written.spec.mac], [{ a: 1 }, "ca:7f:c9:e8:f4:32"]);
  });

  it("of IPAM's settings keeps fields of tomorrow", async () => {
    const { client, put, text } = bench();
    put("/calico/ipam/v2/config", { strict_affinity: true, auto_allocate_blocks: true, tomorrow: 1 });
    await client.apply(made("IPAMConfiguration", "default", { autoAllocateBlocks: true }));
    assert.equal(text("/calico/ipam/v2/config"), '{"auto_allocate_blocks":true,"tomorrow":1}');
  });
});
