import type { Random } from "../../../lib/random.ts";
import { parseAddress } from "../../../net/address-text.ts";
import { describeReason, evaluate, type NodePolicy } from "../../../policy/evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import { ADDRESSES, INTERFACES, NODE, RandomWorld } from "../../../policy/sim/random-world.ts";

/** The interface of the node that is no workload's. */
export const UPLINK = "up0";
/** The node's own addresses. */
export const HOST_ADDRESSES = ["10.66.0.1", "fd00:66::1"] as const;
/** How many packets a case sends. */
const PACKETS = 24;

const addresses = [...ADDRESSES, ...HOST_ADDRESSES].map((text) => parseAddress(text)!);

/** What lies behind each interface of the node. */
export const LAB_INTERFACES = [
  ...INTERFACES.map((name, n) => ({ name, addresses: [ADDRESSES[n]!, ADDRESSES[n + 6]!] })),
  { name: UPLINK, addresses: [ADDRESSES[4], ADDRESSES[5], ADDRESSES[10], ADDRESSES[11]] },
];

/** A packet from outside to the node itself that nothing can deny: to a failsafe port. */
export const UPLINK_PACKET: Packet = {
  source: addresses[4]!,
  destination: addresses[12]!,
  protocol: 17,
  sourcePort: 9,
  destinationPort: 68,
  inInterface: UPLINK,
};

/** At most so many packets of a case are decided by the same rule, so that many rules are asked. */
const ALIKE = 4;

/** A packet, and what the reference says of it. */
export interface JudgedPacket {
  readonly packet: Packet;
  readonly allowed: boolean;
}

/** A world of policies with packets of which between a fifth and four fifths are allowed. */
export interface PolicyCase {
  readonly inputs: readonly PolicyInput[];
  readonly output: PolicyOutput;
  readonly state: PolicyState;
  readonly packets: readonly JudgedPacket[];
}

/** Draws worlds until one can be told apart by packets: neither all open nor all shut. */
export function randomCase(random: Random, node: NodePolicy): PolicyCase {
  const world = new RandomWorld(random);
  for (;;) {
    const drawn = judgedWorld(world, node);
    if (drawn) return drawn;
  }
}

function judgedWorld(world: RandomWorld, node: NodePolicy): PolicyCase | undefined {
  const inputs = drawInputs(world);
  const graph = new PolicyGraph(NODE);
  for (const input of inputs) graph.on(input);
  const output = graph.flush();
  const state = new PolicyState();
  state.apply(output);
  const chosen = new Map<string, JudgedPacket>();
  const reasons = new Map<string, number>();
  let allowed = 0;
  for (let tries = 0; tries < 400 && chosen.size < PACKETS; tries++) {
    const packet = drawPacket(world);
    const [key, reply] = flowKeys(packet);
    if (!packet || chosen.has(key) || chosen.has(reply)) continue;
    const decision = evaluate(state, node, packet);
    const judged = { packet, allowed: decision.verdict === "allow" };
    const why = describeReason(decision.reason);
    const share = judged.allowed ? allowed + 1 : chosen.size - allowed + 1;
    if (share > PACKETS * 0.8 || (reasons.get(why) ?? 0) >= ALIKE) continue;
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
    if (judged.allowed) allowed++;
    chosen.set(key, judged);
  }
  return chosen.size === PACKETS ? { inputs, output, state, packets: [...chosen.values()] } : undefined;
}

function drawInputs(world: RandomWorld): PolicyInput[] {
  const inputs: PolicyInput[] = [];
  for (let n = 0; n < 3; n++) inputs.push(world.tier(), world.profile());
  for (let n = 0; n < 10; n++) inputs.push(world.endpoint());
  for (let n = world.int(8); n >= 0; n--) inputs.push(world.policy());
  for (let n = world.int(10); n >= 0; n--) inputs.push(world.step());
  return inputs;
}

function drawPacket(world: RandomWorld): Packet | undefined {
  const destination = world.pick(addresses);
  const inInterface = world.pick([...INTERFACES, ...INTERFACES, UPLINK]);
  const family = addresses.filter((address) => address.family === destination.family);
  const own = addresses[INTERFACES.indexOf(inInterface as "cali1") + (destination.family === "ipv4" ? 0 : 6)];
  const source =
    inInterface === UPLINK
      ? world.pick(family.slice(4, 6))
      : world.chance(0.93)
        ? own!
        : world.pick(family.slice(0, 6));
  const at = addresses.indexOf(destination);
  const outInterface = at >= ADDRESSES.length ? undefined : (INTERFACES[at % 6] ?? UPLINK);
  if (source === destination || outInterface === inInterface) return undefined;
  const icmp = destination.family === "ipv4" ? 1 : 58;
  const protocol = world.pick([6, 6, 6, 17, 17, 132, icmp, 99]);
  const ports = [80, 443, 8050, 8080, 1500, 53, 60, 7, 40000];
  return {
    source,
    destination,
    protocol,
    inInterface,
    ...(outInterface && { outInterface }),
    ...([6, 17, 132].includes(protocol) && { sourcePort: world.pick(ports), destinationPort: world.pick(ports) }),
    // Only requests: conntrack calls a lone reply or error invalid, which no policy is asked about.
    ...(protocol === 1 && { icmpType: world.pick([8, 8, 13]), icmpCode: world.int(2) }),
    ...(protocol === 58 && { icmpType: outInterface ? 128 : world.pick([128, 128, 135]), icmpCode: world.int(2) }),
  };
}

/** The names of a packet's connection and of its replies' connection: a reply would be let through as established. */
function flowKeys(packet: Packet | undefined): [string, string] {
  if (!packet) return ["", ""];
  const { source, destination, protocol, sourcePort, destinationPort, icmpType, icmpCode } = packet;
  const from = `${JSON.stringify(source)} ${sourcePort}`;
  const to = `${JSON.stringify(destination)} ${destinationPort}`;
  const kind = `${protocol} ${icmpType} ${icmpCode}`;
  return [`${from} ${to} ${kind}`, `${to} ${from} ${kind}`];
}
