import assert from "node:assert/strict";
import fc from "fast-check";
import { randomPacket } from "../../agent/dataplane/sim/random-packet.ts";
import { seededRandom } from "../../lib/random.ts";
import { describeReason, evaluate, type NodePolicy } from "../evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../graph/policy-graph.ts";
import type { Packet } from "../packet.ts";
import { PolicyState } from "../policy-state.ts";
import { SERVICE_RANGES } from "../set.ts";
import { presentInterfaces } from "../sim/random-hosts.ts";
import { NODE, RandomWorld } from "../sim/random-world.ts";
import { plainNode } from "../sim/told-world.ts";
import { walkPath } from "./path.ts";

const node: NodePolicy = {
  ...plainNode,
  failsafes: { inbound: [{ protocol: 6, port: 22 }], outbound: [{ protocol: 17, port: 53 }] },
};

interface World {
  readonly inputs: readonly PolicyInput[];
  readonly packets: readonly Packet[];
}

/** A world that has come to rest, and packets of it. */
const worlds = fc.integer().map((seed): World => {
  const world = new RandomWorld(seededRandom(seed), { hosts: true });
  const inputs = [...presentInterfaces(), ...Array.from({ length: 40 }, () => world.step())];
  const packets = Array.from({ length: 40 }, () => randomPacket(world, true)).filter((packet) => packet !== undefined);
  return { inputs, packets };
});

function stateOf(inputs: readonly PolicyInput[]): PolicyState {
  const graph = new PolicyGraph(NODE);
  for (const input of inputs) graph.on(input);
  const state = new PolicyState();
  state.apply(graph.flush());
  return state;
}

function says(state: PolicyState, packet: Packet): string {
  const { verdict, reason, passed } = evaluate(state, node, packet);
  return `${verdict}: ${[...passed, reason].map(describeReason).join("; ")}`;
}

function check(property: (world: World) => void): void {
  fc.assert(fc.property(worlds, property), { numRuns: 25 });
}

const isWorkload = (name: string | undefined) => name?.startsWith("cali") ?? false;

describe("the reference", () => {
  it("decides the same without staged policies", () => {
    check(({ inputs, packets }) => {
      const state = stateOf(inputs);
      const without = stateOf(inputs.filter(({ kind }) => !kind.startsWith("Staged")));
      for (const packet of packets) assert.equal(says(state, packet), says(without, packet));
    });
  });

  it("decides the same between workloads, whatever host endpoints the node has beside the one of all others", () => {
    check(({ inputs, packets }) => {
      const kept = inputs.filter((input) => !isForAll(input));
      const state = stateOf(kept);
      // They stay members of sets.
      const elsewhere = stateOf(kept.map(movedAway));
      assert.equal(elsewhere.hosts.size, 0);
      for (const packet of packets) {
        const { inInterface, outInterface } = packet;
        if (!isWorkload(inInterface) || (outInterface !== undefined && !isWorkload(outInterface))) continue;
        assert.equal(says(state, packet), says(elsewhere, packet));
      }
    });
  });

  it("leaves alone what touches neither a workload nor a host endpoint, unless it would go in circles", () => {
    check(({ inputs, packets }) => {
      const state = stateOf(inputs);
      const isPoliced = (name: string | undefined) =>
        name !== undefined && (isWorkload(name) || state.hosts.has(name) || state.hosts.has("*"));
      for (const packet of packets) {
        if (isPoliced(packet.inInterface) || isPoliced(packet.outInterface)) continue;
        const { inInterface, outInterface, destination } = packet;
        const isForwarded = inInterface !== undefined && outInterface !== undefined;
        const isLoop = isForwarded && state.hasAddress(SERVICE_RANGES, destination);
        assert.equal(says(state, packet), isLoop ? "deny: service loop" : "allow: not policed");
      }
    });
  });

  it("never closes a failsafe port of the node itself", () => {
    check(({ inputs, packets }) => {
      const state = stateOf(inputs);
      for (const { preDnat: _, ...packet } of packets) {
        const [into, out] = [
          { ...packet, protocol: 6, destinationPort: 22 },
          { ...packet, protocol: 17, destinationPort: 53 },
        ];
        if (packet.outInterface === undefined && !isWorkload(packet.inInterface)) {
          assert.match(says(state, into), /^allow/);
        }
        if (packet.inInterface === undefined) assert.match(says(state, out), /^allow/);
      }
    });
  });

  it("asks a workload's gate about every packet to it from elsewhere, whoever let the packet in", () => {
    check(({ inputs, packets }) => {
      const state = stateOf(inputs);
      for (const packet of packets) {
        const { inInterface, outInterface } = packet;
        if (inInterface === undefined || !isWorkload(outInterface) || !says(state, packet).startsWith("allow"))
          continue;
        const gates = [...walkPath(state, node, packet)].map(({ gate }) => gate);
        assert.ok(gates.some((gate) => gate?.interfaceName === outInterface && gate?.direction === "ingress"));
      }
    });
  });
});

function isForAll({ kind, change }: PolicyInput): boolean {
  return kind === "HostEndpoint" && change.kind === "set" && change.value.spec.interfaceName === "*";
}

/** A host endpoint of another node; everything else as it is. */
function movedAway(input: PolicyInput): PolicyInput {
  if (input.kind !== "HostEndpoint" || input.change.kind === "delete") return input;
  const { value } = input.change;
  return {
    kind: input.kind,
    change: { ...input.change, value: { ...value, spec: { ...value.spec, node: "node-b" } } },
  };
}
