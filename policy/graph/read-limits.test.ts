import assert from "node:assert/strict";
import { formatAddress } from "../../net/address-text.ts";
import { ToldWorld, told } from "../sim/told-world.ts";
import { readFloating, readLimits } from "./read-limits.ts";

const rows: readonly (readonly [string, Parameters<typeof readLimits>[0], ReturnType<typeof readLimits>])[] = [
  ["nothing said", undefined, undefined],
  ["bandwidth alone, which no rule keeps", { ingressBandwidth: 1000, egressBurst: 5 }, undefined],
  ["a rate with Calico's burst", { ingressPacketRate: 100 }, { ingress: { packets: { rate: 100, burst: 5 } } }],
  [
    "a rate and its burst, in one direction",
    { egressPacketRate: 100, egressPacketBurst: 7 },
    { egress: { packets: { rate: 100, burst: 7 } } },
  ],
  ["a burst without a rate", { ingressPacketBurst: 7 }, undefined],
  [
    "zeros, which Go may write",
    { ingressPacketRate: 0, ingressMaxConnections: 0, egressMaxConnections: 0n },
    undefined,
  ],
  [
    "a zero burst, which is the default's",
    { ingressPacketRate: 1, ingressPacketBurst: 0 },
    { ingress: { packets: { rate: 1, burst: 5 } } },
  ],
  [
    "connections",
    { ingressMaxConnections: 3, egressMaxConnections: 4n },
    { ingress: { connections: 3 }, egress: { connections: 4 } },
  ],
  [
    "more than kernels count",
    { ingressPacketRate: 2n ** 60n, ingressPacketBurst: 10_001, ingressMaxConnections: 2n ** 60n },
    { ingress: { packets: { rate: 10_000, burst: 10_000 }, connections: 4_294_967_295 } },
  ],
];

describe("limits of a workload", () => {
  for (const [name, controls, expected] of rows) {
    it(`are ${JSON.stringify(expected)} of ${name}`, () => assert.deepEqual(readLimits(controls), expected));
  }

  it("stand in its gates with its floating addresses, and are told when they change", () => {
    const spec = { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] };
    const w = new ToldWorld(told("WorkloadEndpoint", "shop/web", spec));
    assert.ok(!("limits" in w.state.endpoints.get("cali1")!) && !("floating" in w.state.endpoints.get("cali1")!));
    const { endpoints } = w.tell(
      told("WorkloadEndpoint", "shop/web", {
        ...spec,
        qosControls: { ingressMaxConnections: 3 },
        ipNATs: [{ internalIP: "10.0.0.1", externalIP: "203.0.113.1" }],
      }),
    );
    assert.equal(endpoints.length, 1);
    assert.deepEqual(w.state.endpoints.get("cali1")!.limits, { ingress: { connections: 3 } });
    assert.equal(w.state.endpoints.get("cali1")!.floating!.length, 1);
  });
});

describe("floating addresses", () => {
  it("stand in the order of the outer ones, each once, of one family", () => {
    const nats = [
      ["10.0.0.1", "203.0.113.10"],
      ["10.0.0.2", "203.0.113.9"],
      ["10.0.0.1", "203.0.113.9"],
      ["fd00::1", "2001:db8::1"],
      ["10.0.0.1", "2001:db8::2"],
      ["nonsense", "203.0.113.8"],
    ].map(([internalIP, externalIP]) => ({ internalIP: internalIP!, externalIP: externalIP! }));
    assert.deepEqual(
      readFloating(nats).map(({ external, internal }) => `${formatAddress(external)}=${formatAddress(internal)}`),
      ["203.0.113.9=10.0.0.1", "203.0.113.10=10.0.0.1", "2001:db8::1=fd00::1"],
    );
    assert.deepEqual(readFloating(undefined), []);
  });
});
