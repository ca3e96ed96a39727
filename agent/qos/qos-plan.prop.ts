import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { InterfaceLimits } from "../../kernel/tc/bucket.ts";
import { defaultBurst, limitsOf, type QosControls } from "./limits.ts";
import { QosPlan } from "./qos-plan.ts";

function endpoint(node: string, interfaceName: string, qosControls: QosControls | undefined): WorkloadEndpoint {
  const spec = { node, ...(interfaceName && { interfaceName }), ...(qosControls && { qosControls }) };
  return { metadata: { name: "x", namespace: "y" }, spec } as WorkloadEndpoint;
}

const amount = fc.option(fc.constantFrom(0, 1000, 20_000), { nil: undefined });
const controls = fc.option(
  fc
    .record({ ingressBandwidth: amount, egressBandwidth: amount, egressBurst: amount, egressPeakrate: amount })
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as QosControls),
  { nil: undefined },
);
const steps = fc.array(
  fc.record({
    key: fc.constantFrom("a", "b", "c"),
    value: fc.option(
      fc.record({
        node: fc.constantFrom("here", "here", "there"),
        name: fc.constantFrom("cali1", "cali2", ""),
        controls,
      }),
    ),
  }),
  { maxLength: 20 },
);

describe("the plan of limits", () => {
  it("follows from the endpoints that are there, not from how they came to be", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const emitted = new Map<string, InterfaceLimits>();
        const plan = new QosPlan("here", (change) => {
          if (change.kind === "set") assert.notDeepEqual(emitted.get(change.key), change.value);
          else assert.ok(emitted.has(change.key));
          if (change.kind === "set") emitted.set(change.key, change.value);
          else emitted.delete(change.key);
        });
        const state = new Map<string, NonNullable<(typeof history)[number]["value"]>>();
        for (const { key, value } of history) {
          if (value) state.set(key, value);
          else state.delete(key);
          const { node, name, controls: asked } = value ?? { node: "", name: "", controls: undefined };
          plan.onEndpoint(value ? { kind: "set", key, value: endpoint(node, name, asked) } : { kind: "delete", key });
        }
        const expected = new Map<string, InterfaceLimits>();
        for (const [, { node, name, controls: asked }] of [...state].sort(([x], [y]) => (x < y ? 1 : -1))) {
          if (node !== "here" || name === "") continue;
          const limits = limitsOf(asked);
          if (limits) expected.set(name, limits);
          else expected.delete(name);
        }
        assert.deepEqual(new Map([...emitted].sort()), new Map([...expected].sort()));
        assert.deepEqual(plan.limits, emitted);
      }),
    );
  });
});

describe("limits of QoS controls", () => {
  it("are none without a bandwidth, whatever else is said", () => {
    assert.equal(limitsOf(undefined), undefined);
    assert.equal(limitsOf({ ingressBurst: 5000, egressPeakrate: 7000, egressPacketRate: 10 }), undefined);
    assert.equal(limitsOf({ ingressBandwidth: 0 }), undefined);
  });

  it("have Calico's default burst, and minburst only beside a peak rate", () => {
    assert.deepEqual(limitsOf({ ingressBandwidth: 1000, ingressMinburst: 9000 }), {
      ingress: { rate: 1000, burst: defaultBurst },
    });
    assert.deepEqual(
      limitsOf({ egressBandwidth: 2n ** 60n, egressBurst: 9, egressPeakrate: 4000, egressMinburst: 1500 }),
      { egress: { rate: Number.MAX_SAFE_INTEGER, burst: 9, peakrate: 4000, minburst: 1500 } },
    );
  });
});
