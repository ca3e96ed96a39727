import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { parseAddress } from "../../net/address-text.ts";
import { evaluate, type NodePolicy } from "../evaluate.ts";
import { PolicyGraph } from "../graph/policy-graph.ts";
import { matchesPacket } from "../match.ts";
import type { Packet } from "../packet.ts";
import { PolicyState } from "../policy-state.ts";
import { ADDRESSES, INTERFACES, NODE, RandomWorld } from "../sim/random-world.ts";
import { traceNode } from "./node-trace.ts";
import { whyNot } from "./why-not.ts";

const node: NodePolicy = {
  interfacePrefixes: ["cali"],
  endpointToHost: "Drop",
  sourceSpoofing: "Disabled",
  failsafes: { inbound: [{ protocol: 6, port: 22 }], outbound: [{ protocol: 17, port: 53 }] },
  serviceLoopPrevention: "Drop",
  workloadEncapsulation: { vxlan: false, ipip: false },
};

function draws(draw: RandomWorld): Packet {
  const names = [...INTERFACES, "eth0", undefined];
  const [inInterface, outInterface] = [draw.pick(names), draw.pick(names)];
  const at = (name: string | undefined) =>
    name?.startsWith("cali") && draw.chance(0.9) ? Number(name.slice(4)) - 1 : draw.int(6);
  const family = draw.chance(0.5) ? 0 : 6;
  const address = (name: string | undefined) => parseAddress(ADDRESSES[at(name) + family]!)!;
  const protocol = draw.pick([6, 6, 17, 132, 1, 58, 99]);
  const ports = { sourcePort: draw.pick([53, 1500, 40000]), destinationPort: draw.pick([22, 53, 80, 443, 8050, 8080]) };
  const icmp = { icmpType: draw.pick([3, 8, 13, 128, 135]), icmpCode: draw.int(2) };
  return {
    source: address(inInterface),
    destination: address(outInterface),
    protocol,
    ...([6, 17, 132].includes(protocol) ? ports : [1, 58].includes(protocol) ? icmp : {}),
    ...(inInterface !== undefined && { inInterface }),
    ...(outInterface !== undefined && { outInterface }),
  };
}

describe("a trace", () => {
  it("ends as evaluate does, and says why not of exactly the rules that do not match", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const draw = new RandomWorld(seededRandom(seed));
        const graph = new PolicyGraph(NODE);
        for (let i = 0; i < 50; i++) graph.on(draw.step());
        const state = new PolicyState();
        state.apply(graph.flush());
        for (let i = 0; i < 20; i++) {
          const packet = draws(draw);
          const traced = traceNode(state, node, packet, (id) => graph.setDefinition(id));
          const { verdict, reason } = evaluate(state, node, packet);
          assert.deepEqual([traced.verdict, traced.reason], [verdict, reason]);
          const context = { sets: state, definitionOf: () => undefined };
          for (const { rules } of state.chains.values()) {
            for (const { match } of rules) {
              assert.equal(whyNot(match, packet, context) === undefined, matchesPacket(match, packet, state));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
