import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { formatAddress } from "../../net/address-text.ts";
import { evaluate } from "../evaluate.ts";
import type { PolicyInput } from "../graph/policy-graph.ts";
import type { Packet } from "../packet.ts";
import { PolicyState } from "../policy-state.ts";
import { RandomWorld } from "../sim/random-world.ts";
import type { Party } from "./addresses.ts";
import { clusterNode, interfaceOf, outside, WholeCluster } from "./cluster.ts";
import type { FlowChange } from "./flow-change.ts";
import { flowDiff } from "./flow-diff.ts";
import { partiesOf, type Side } from "./side.ts";
import type { Traffic } from "./traffic.ts";

/** Kinds that a person changes: endpoints stay as they are. */
const changeable = new Set([
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "Profile",
  "Tier",
  "NetworkSet",
  "GlobalNetworkSet",
]);

function world(seed: number, changes: number) {
  const draw = new RandomWorld(seededRandom(seed));
  const before: PolicyInput[] = Array.from({ length: 40 }, () => draw.step());
  // Which tier there is decides most: a world without tiers would be an empty one.
  before.push(draw.tier(), draw.tier());
  const change: PolicyInput[] = [];
  while (change.length < changes) {
    const input = draw.step();
    if (changeable.has(input.kind)) change.push(input);
  }
  return { draw, before, change };
}

interface Cluster {
  readonly before: PolicyState;
  readonly after: PolicyState;
  readonly changes: readonly FlowChange[];
}

function compared(inputs: readonly PolicyInput[], change: readonly PolicyInput[]): Cluster {
  const cluster = new WholeCluster();
  const [before, after] = [new PolicyState(), new PolicyState()];
  const first = cluster.tell(inputs);
  before.apply(first);
  after.apply(first);
  const delta = cluster.tell(change);
  after.apply(delta);
  const { changes, gaps } = flowDiff(before, after, delta);
  assert.deepEqual(gaps, []);
  return { before, after, changes };
}

/** Whether a class of traffic has the packet in it. */
function isOf(traffic: Traffic, all: readonly Traffic[], packet: Packet): boolean {
  const { protocol, other, source, destination, icmp } = traffic;
  if (other) return !all.some((each) => !each.other && each.protocol === packet.protocol);
  if (protocol !== packet.protocol) return false;
  if (source && !(source.from <= packet.sourcePort! && packet.sourcePort! <= source.to)) return false;
  if (destination && !(destination.from <= packet.destinationPort! && packet.destinationPort! <= destination.to))
    return false;
  if (!icmp) return true;
  const named = all.flatMap((each) => (each.icmp && each.icmp !== "other" ? [each.icmp] : []));
  const isNamed = named.some(({ type, code }) => type === packet.icmpType && code === packet.icmpCode);
  if (icmp === "other") return !named.some(({ type }) => type === packet.icmpType);
  return icmp.type === packet.icmpType && (icmp.code === undefined ? !isNamed : icmp.code === packet.icmpCode);
}

function draws(draw: RandomWorld, from: Party, to: Party): Packet {
  const protocol = draw.pick([6, 6, 6, 17, 132, 1, 58, 99, 200]);
  const ports = {
    sourcePort: draw.pick([53, 1500, 40000, 8050]),
    destinationPort: draw.pick([53, 60, 80, 81, 443, 8050, 8080, 9999]),
  };
  const icmp = { icmpType: draw.pick([3, 8, 13, 128, 77]), icmpCode: draw.int(3) };
  const more = [6, 17, 132].includes(protocol) ? ports : [1, 58].includes(protocol) ? icmp : {};
  const name = ({ endpoint }: Party) => (endpoint === undefined ? outside : interfaceOf(endpoint));
  return {
    source: from.address,
    destination: to.address,
    protocol,
    ...more,
    inInterface: name(from),
    outInterface: name(to),
  };
}

function told(changes: readonly FlowChange[], from: Party, to: Party, packet: Packet): string[] {
  const isIn = (sides: readonly Side[], who: Party) =>
    sides.some((side) =>
      [...partiesOf(side)].some(
        ({ endpoint, address }) => endpoint === who.endpoint && formatAddress(address) === formatAddress(who.address),
      ),
    );
  return changes
    .filter((change) => isIn(change.from, from) && isIn(change.to, to))
    .filter((change) => change.classes.some((each) => isOf(each, change.division, packet)))
    .map(({ before, after }) => `${before} → ${after}`);
}

describe("policy diff", () => {
  it("tells exactly the flows whose verdict another packet by packet look finds changed", () => {
    let found = 0;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, count) => {
        const { draw, before: inputs, change } = world(seed, count);
        const { before, after, changes } = compared(inputs, change);
        const parties: Party[] = [...after.endpoints.values()].flatMap(({ endpoint, sources }) =>
          sources.map(({ length: _, ...address }) => ({ endpoint, address })),
        );
        const sides = changes.flatMap(({ from, to }) => [...from, ...to]).flatMap((side) => [...partiesOf(side)]);
        parties.push(...sides.filter(({ endpoint }) => !endpoint));
        for (const from of parties) {
          for (const to of parties) {
            if (from.endpoint === to.endpoint || from.address.family !== to.address.family) continue;
            for (let i = 0; i < 4; i++) {
              const packet = draws(draw, from, to);
              const [was, is] = [before, after].map((state) => evaluate(state, clusterNode, packet).verdict);
              const expected = was === is ? [] : [`${was} → ${is}`];
              if (was !== is) found++;
              assert.deepEqual(told(changes, from, to, packet), expected, JSON.stringify(packet));
            }
          }
        }
      }),
      { numRuns: 40 },
    );
    assert.ok(found > 10, `only ${found} packets changed their verdict: the worlds are too quiet to say anything`);
  });
});
