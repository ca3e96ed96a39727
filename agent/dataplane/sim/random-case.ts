import { apiVersion } from "../../../datastore/model/resource.ts";
import type { Random } from "../../../lib/random.ts";
import { walkPath } from "../../../policy/evaluate/path.ts";
import { describeReason, evaluate, type NodePolicy } from "../../../policy/evaluate.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import { presentInterfaces, randomHostEndpoint } from "../../../policy/sim/random-hosts.ts";
import { NODE, RandomWorld } from "../../../policy/sim/random-world.ts";
import { connectionNames } from "./connection-names.ts";
import { SERVICE_RANGES } from "./lab-net.ts";
import { randomPacket } from "./random-packet.ts";

/** How many packets a case sends. */
const PACKETS = 24;

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

/** What to draw beside workloads. */
export interface CaseOptions {
  /** Host endpoints, policies that only they have, and packets to, from and through the node's other interfaces. */
  readonly hosts?: boolean;
}

/** Draws worlds until one can be told apart by packets: neither all open nor all shut. */
export function randomCase(random: Random, node: NodePolicy, { hosts = false }: CaseOptions = {}): PolicyCase {
  const world = new RandomWorld(random, { hosts });
  for (;;) {
    const drawn = judgedWorld(world, node, hosts);
    if (drawn) return drawn;
  }
}

function judgedWorld(world: RandomWorld, node: NodePolicy, hosts: boolean): PolicyCase | undefined {
  const inputs = drawInputs(world, hosts);
  const graph = new PolicyGraph(NODE);
  for (const input of inputs) graph.on(input);
  const output = graph.flush();
  const state = new PolicyState();
  state.apply(output);
  const chosen: JudgedPacket[] = [];
  const taken = new Set<string>();
  const reasons = new Map<string, number>();
  let allowed = 0;
  for (let tries = 0; tries < 400 && chosen.length < PACKETS; tries++) {
    const packet = randomPacket(world, hosts);
    if (!packet || contradictsItself(state, node, packet)) continue;
    const names = connectionNames(packet);
    if (names.some((name) => taken.has(name))) continue;
    const decision = evaluate(state, node, packet);
    const judged = { packet, allowed: decision.verdict === "allow" };
    const why = describeReason(decision.reason);
    const share = judged.allowed ? allowed + 1 : chosen.length - allowed + 1;
    if (share > PACKETS * 0.8 || (reasons.get(why) ?? 0) >= ALIKE) continue;
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
    if (judged.allowed) allowed++;
    chosen.push(judged);
    for (const name of names) taken.add(name);
  }
  return chosen.length === PACKETS ? { inputs, output, state, packets: chosen } : undefined;
}

function drawInputs(world: RandomWorld, hosts: boolean): PolicyInput[] {
  const inputs: PolicyInput[] = hosts ? [...presentInterfaces(), announcedServices()] : [];
  for (let n = 0; n < 3; n++) inputs.push(world.tier(), world.profile());
  for (let n = 0; n < 10; n++) inputs.push(world.endpoint());
  for (let n = 0; hosts && n < 3; n++) inputs.push(randomHostEndpoint(world));
  for (let n = world.int(hosts ? 12 : 8); n >= 0; n--) inputs.push(world.policy());
  for (let n = world.int(10); n >= 0; n--) inputs.push(world.step());
  return inputs;
}

/** The cluster's settings, as far as services are concerned. */
function announcedServices(): PolicyInput {
  const spec = { serviceClusterIPs: SERVICE_RANGES.map((cidr) => ({ cidr })) };
  const value = { kind: "BGPConfiguration", apiVersion, metadata: { name: "default" }, spec } as const;
  return { kind: "BGPConfiguration", change: { kind: "set", key: "default", value } };
}

/** What is let in without being tracked is not translated: it cannot have been sent to another address. */
function contradictsItself(state: PolicyState, node: NodePolicy, packet: Packet): boolean {
  if (!packet.preDnat) return false;
  for (const { gate, reason } of walkPath(state, node, packet)) {
    if (gate?.stage === "untracked" && reason?.by === "rule") return true;
  }
  return false;
}
