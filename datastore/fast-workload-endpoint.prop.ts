import assert from "node:assert/strict";
import fc from "fast-check";
import { isPlainWorkloadEndpoint } from "./fast-workload-endpoint.ts";
import { isHostCidr } from "./host-cidr.ts";
import { hostCidrSchema } from "./model/cidr.ts";
import { apiVersion } from "./model/resource.ts";
import { workloadEndpointSchema } from "./model/workload-endpoint.ts";
import { parseTolerantly } from "./tolerant.ts";

const octet = fc.integer({ min: 0, max: 300 });
const cidr = fc.oneof(
  fc
    .tuple(octet, octet, octet, octet, fc.constantFrom("/32", "/31", "", "/032", "/32 "))
    .map(([a, b, c, d, n]) => `${a}.${b}.${c}.${d}${n}`),
  fc.constantFrom("fd00::1/128", "fd00::1", "fd00::/64", "01.2.3.4/32", "1.2.3/32", "1.2.3.4.5/32", "/32", ""),
);
const good = {
  kind: "WorkloadEndpoint",
  apiVersion,
  metadata: {
    name: "n1-k8s-p-eth0",
    namespace: "default",
    creationTimestamp: null,
    labels: { app: "a" },
    annotations: { x: "y" },
  },
  spec: {
    orchestrator: "k8s",
    node: "n1",
    pod: "p",
    endpoint: "eth0",
    ipNetworks: ["10.0.0.1/32"],
    profiles: ["kns.default"],
  },
};
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  "",
  "x",
  "X",
  7,
  true,
  [],
  {},
  [""],
  ["a"],
  { a: "b" },
  { "-": "b" },
  { a: "-" },
  "a".repeat(300),
);
const metadataField = fc.constantFrom(
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "labels",
  "annotations",
  "resourceVersion",
  "finalizers",
  "future",
  "generation",
);
const specField = fc.constantFrom(
  "node",
  "pod",
  "ipNetworks",
  "profiles",
  "interfaceName",
  "mac",
  "ports",
  "ipNATs",
  "ipv4Gateway",
  "ipv6Gateway",
  "qosControls",
  "future",
);
const specific = fc.constantFrom<unknown>(
  "cali1234",
  "a/b",
  "ca:7f:c9:e8:f4:32",
  "10.0.0.1",
  "fd00::1",
  ["10.0.0.1/32", "fd00::1/128"],
  [{ name: "http", protocol: "TCP", port: 80 }],
);

const endpoint = fc
  .tuple(
    fc.array(fc.tuple(metadataField, fc.oneof(odd, specific)), { maxLength: 2 }),
    fc.array(fc.tuple(specField, fc.oneof(odd, specific)), { maxLength: 2 }),
    fc.option(fc.array(cidr, { maxLength: 2 }), { nil: undefined, freq: 1 }),
    fc.constantFrom(
      {},
      {},
      {},
      {},
      { kind: "Node" },
      { apiVersion: "v1" },
      { spec: 3 },
      { metadata: null },
      { future: 1 },
    ),
  )
  .map(([metadata, spec, nets, top]) => {
    const networks = nets ? { ipNetworks: nets } : {};
    const made = {
      ...good,
      metadata: { ...good.metadata, ...Object.fromEntries(metadata) },
      spec: { ...good.spec, ...networks, ...Object.fromEntries(spec) },
    };
    return JSON.parse(JSON.stringify({ ...made, ...top })) as unknown;
  });

/** Whether everything of `part` stands in `whole` too. */
function within(part: unknown, whole: unknown): boolean {
  if (typeof part !== "object" || part === null) return Object.is(part, whole);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) => within(value, (whole as Record<string, unknown>)[key]));
}

describe("isPlainWorkloadEndpoint", () => {
  it("takes only what the schema takes, and the schema reads the same from it", () => {
    let taken = 0;
    fc.assert(
      fc.property(endpoint, (value) => {
        if (!isPlainWorkloadEndpoint(value)) return;
        taken++;
        const parsed = parseTolerantly(workloadEndpointSchema, value);
        assert(parsed.success, JSON.stringify(parsed.error?.issues));
        assert(within(parsed.data, value));
      }),
      { numRuns: 1000 },
    );
    assert(taken > 50, `only ${taken} of 1000 were taken`);
  });

  it("takes what Calico usually writes, so that the schema is not asked", () => {
    assert(isPlainWorkloadEndpoint(good));
    assert(
      isPlainWorkloadEndpoint({ ...good, spec: { ...good.spec, interfaceName: "cali1", mac: "ca:7f:c9:e8:f4:32" } }),
    );
  });

  it("does not take a namespace for good because a label had that value", () => {
    assert(isPlainWorkloadEndpoint({ ...good, metadata: { ...good.metadata, labels: { a: "Upper_Case" } } }));
    assert(!isPlainWorkloadEndpoint({ ...good, metadata: { ...good.metadata, namespace: "Upper_Case" } }));
  });

  it("reads addresses as the parser of prefixes does", () => {
    fc.assert(
      fc.property(cidr, (text) => {
        assert.equal(isHostCidr(text), hostCidrSchema.safeParse(text).success, text);
      }),
      { numRuns: 2000 },
    );
  });
});
