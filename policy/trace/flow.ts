import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, formatPrefix, hostPrefix, parsePrefix } from "../../net/prefix.ts";
import type { Reason } from "../evaluate.ts";
import type { Packet } from "../packet.ts";
import { ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS, SERVICE_RANGES } from "../set.ts";
import { type NodeTrace, traceNode } from "./node-trace.ts";
import { nameOfWorkload, type TracedNode, type TraceWorld } from "./world.ts";

/** Where a packet begins or ends. */
export type Place =
  | {
      readonly kind: "workload";
      readonly workload: WorkloadEndpoint;
      readonly address: Address;
      /** The address outside that was asked for and means this one (ipNATs). */
      readonly floating?: Address;
    }
  | { readonly kind: "node"; readonly node: string; readonly interfaceName?: string; readonly address: Address }
  | { readonly kind: "outside"; readonly address: Address };

/** Protocol and ports of the packet that is followed. */
export type PacketKind = Omit<Packet, "source" | "destination" | "inInterface" | "outInterface" | "preDnat">;

/** One thing that happens to a packet on its way. */
export type FlowStep =
  | {
      readonly at: "node";
      readonly node: string;
      /** Absent where the node itself sends, or receives. */
      readonly in?: string;
      readonly out?: string;
      readonly trace: NodeTrace;
    }
  | { readonly at: "nat"; readonly node: string; readonly says: string; readonly source?: string }
  | { readonly at: "route"; readonly node: string; readonly says: string };

/** A packet's way from place to place, and what became of it. */
export interface FlowTrace {
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly destination: string;
  readonly steps: readonly FlowStep[];
  /** `unknown`: the datastore does not say enough; `by` is then why. */
  readonly verdict: "allow" | "deny" | "unknown";
  /** What decided: a rule's name or a reason. */
  readonly by: string;
  readonly reason?: Reason;
  /** The node on which that was. */
  readonly node?: string;
}

/** What people call a place. */
export function placeName(place: Place): string {
  if (place.kind === "workload") return nameOfWorkload(place.workload);
  return place.kind === "node" ? `node ${place.node}` : "outside";
}

function nodeOf(place: Place): string | undefined {
  if (place.kind === "outside") return undefined;
  return place.kind === "node" ? place.node : place.workload.spec.node || undefined;
}

/**
 * Follows the first packet of a connection from place to place: what the policy on the node it leaves says, what its source
 * becomes, which way it takes, and what the policy on the node it arrives at says.
 */
export function traceFlow(world: TraceWorld, from: Place, to: Place, kind: PacketKind): FlowTrace {
  return new Journey(world, from, to, kind).run();
}

type Outcome = Pick<FlowTrace, "verdict" | "by" | "reason" | "node">;

class Journey {
  readonly #world: TraceWorld;
  readonly #from: Place;
  readonly #to: Place;
  readonly #kind: PacketKind;
  readonly #steps: FlowStep[] = [];
  /** As the packet has them now. */
  #source: Address;
  #destination: Address;

  constructor(world: TraceWorld, from: Place, to: Place, kind: PacketKind) {
    this.#world = world;
    this.#from = from;
    this.#to = to;
    this.#kind = kind;
    this.#source = from.address;
    this.#destination = (to.kind === "workload" ? to.floating : undefined) ?? to.address;
  }

  run(): FlowTrace {
    const [from, to] = [this.#from, this.#to];
    const outcome = this.#travel(nodeOf(from), nodeOf(to));
    const ends = { source: formatAddress(from.address), destination: formatAddress(this.#sentTo()) };
    return { from: placeName(from), to: placeName(to), ...ends, steps: this.#steps, ...outcome };
  }

  #sentTo(): Address {
    return (this.#to.kind === "workload" ? this.#to.floating : undefined) ?? this.#to.address;
  }

  /** The endpoint's node turns a floating address into the endpoint's own. Answers why it does not. */
  #translate(end: string): Outcome | undefined {
    const to = this.#to;
    if (to.kind !== "workload" || !to.floating) return undefined;
    const [outer, own, name] = [formatAddress(to.floating), formatAddress(to.address), placeName(to)];
    if (!this.#world.node(end).settings.floatingAddresses) {
      const by = `${outer} is a floating address of ${name}, and FloatingIPs is not Enabled on ${end}`;
      return { verdict: "unknown", by, node: end };
    }
    this.#steps.push({ at: "nat", node: end, says: `${outer} becomes ${own}: floating address of ${name}` });
    this.#destination = to.address;
    return undefined;
  }

  #travel(start: string | undefined, end: string | undefined): Outcome {
    const lost = gap(this.#from) ?? gap(this.#to);
    if (lost !== undefined) return { verdict: "unknown", by: lost };
    if (start === undefined && end === undefined) {
      return { verdict: "unknown", by: "neither end is a workload or a node of this cluster: no node of it is asked" };
    }
    let outcome = start === end && end !== undefined ? this.#translate(end) : undefined;
    if (outcome) return outcome;
    if (start !== undefined) {
      outcome = this.#depart(start, start === end);
      if (outcome.verdict !== "allow" || start === end) return outcome;
    }
    if (end === undefined) return outcome!;
    const lack = start === end ? undefined : this.#translate(end);
    if (lack) return lack;
    const { kind } = this.#to;
    const out = kind === "workload" ? this.#to.workload.spec.interfaceName : undefined;
    const way = kind === "node" ? this.#to.interfaceName : undefined;
    return this.#ask(end, way ?? this.#world.node(end).uplink, out);
  }

  #depart(start: string, isHere: boolean): Outcome {
    const [from, to] = [this.#from, this.#to];
    const node = this.#world.node(start);
    if (to.kind === "outside" && node.state.hasAddress(SERVICE_RANGES, to.address)) {
      const by = `${formatAddress(to.address)} is a service's address: which backend it becomes is kube-proxy's choice; name the pod`;
      return { verdict: "unknown", by, node: start };
    }
    const inInterface = from.kind === "workload" ? from.workload.spec.interfaceName : undefined;
    const uplink = (from.kind === "node" ? from.interfaceName : undefined) ?? node.uplink;
    const out = !isHere ? uplink : to.kind === "workload" ? to.workload.spec.interfaceName : undefined;
    if (inInterface === undefined && out === undefined) {
      return { verdict: "allow", by: "a node talks to itself, which nobody polices", node: start };
    }
    const outcome = this.#ask(start, inInterface, out);
    if (outcome.verdict === "deny") return outcome;
    if (!isHere && from.kind === "workload") {
      const nat = natOf(this.#world, node, this.#source, this.#destination);
      this.#steps.push({ at: "nat", node: start, ...nat.step });
      this.#source = nat.source ?? this.#source;
    }
    const route = routeOf(this.#world, start, to);
    this.#steps.push({ at: "route", node: start, says: route.says });
    return route.isDeadEnd ? { verdict: "unknown", by: route.says, node: start } : outcome;
  }

  #ask(name: string, inInterface: string | undefined, outInterface: string | undefined): Outcome {
    const node = this.#world.node(name);
    const ways = {
      ...(inInterface !== undefined && { in: inInterface }),
      ...(outInterface !== undefined && { out: outInterface }),
    };
    const packet: Packet = {
      ...this.#kind,
      source: this.#source,
      destination: this.#destination,
      ...(this.#destination !== this.#sentTo() && { preDnat: preDnat(this.#sentTo(), this.#kind) }),
      ...(inInterface !== undefined && { inInterface }),
      ...(outInterface !== undefined && { outInterface }),
    };
    const trace = traceNode(node.state, node.settings, packet, node.definitionOf);
    this.#steps.push({ at: "node", node: name, ...ways, trace });
    return { verdict: trace.verdict, by: trace.by, reason: trace.reason, node: name };
  }
}

function preDnat(destination: Address, { destinationPort }: PacketKind): NonNullable<Packet["preDnat"]> {
  return { destination, ...(destinationPort !== undefined && { destinationPort }) };
}

/** Why nothing can be said of a place yet. */
function gap(place: Place): string | undefined {
  if (place.kind !== "workload") return undefined;
  const { spec } = place.workload;
  const name = nameOfWorkload(place.workload);
  if (!spec.node) return `${name} is on no node yet: its endpoint names none`;
  return spec.interfaceName ? undefined : `${name} has no interface yet: its endpoint names none`;
}

interface Nat {
  readonly step: { readonly says: string; readonly source?: string };
  readonly source?: Address;
}

function natOf(world: TraceWorld, node: TracedNode, source: Address, destination: Address): Nat {
  const { state, settings, addresses } = node;
  const named = (address: Address) => {
    const pool = world.poolOf(address);
    return pool ? `IP pool ${pool.metadata.name} (${pool.spec.cidr})` : "no IP pool";
  };
  const own = formatAddress(source);
  if (!state.hasAddress(MASQUERADE_POOLS, source)) {
    const pool = world.poolOf(source);
    const why = pool ? `${named(source)} has no natOutgoing` : `${own} is in no IP pool`;
    return { step: { says: `none: ${why}` } };
  }
  if (state.hasAddress(ALL_POOLS, destination)) {
    return { step: { says: `none: ${formatAddress(destination)} is in ${named(destination)}` } };
  }
  if (settings.natExclusions === "IPPoolsAndHostIPs" && state.hasAddress(ALL_HOSTS, destination)) {
    return { step: { says: `none: ${formatAddress(destination)} is a node's address (natOutgoingExclusions)` } };
  }
  const given = settings.natOutgoing?.family === source.family ? settings.natOutgoing : undefined;
  const becomes = given ?? addresses.find(({ family }) => family === source.family);
  const text = becomes ? formatAddress(becomes) : "the node's address";
  const says = `${own} becomes ${text}: natOutgoing of ${named(source)}`;
  return { step: { says, ...(becomes && { source: text }) }, ...(becomes && { source: becomes }) };
}

function routeOf(world: TraceWorld, node: string, to: Place): { readonly says: string; readonly isDeadEnd?: true } {
  const { address } = to;
  const text = formatAddress(address);
  const hop = (name: string) => {
    const next = world.nodeAddresses(name).find(({ family }) => family === address.family);
    return next ? `${name} via ${formatAddress(next)}` : name;
  };
  if (to.kind === "workload") {
    const at = to.workload.spec.node!;
    if (to.floating && at !== node) return { says: `${formatAddress(to.floating)}, a floating address on ${hop(at)}` };
    if (at === node) return { says: `${formatPrefix(hostPrefix(address))} dev ${to.workload.spec.interfaceName}` };
    const block = world.blockOf(address);
    if (block?.node === at) return { says: `${formatPrefix(block.cidr)}, a block of ${hop(at)}` };
    return { says: `${formatPrefix(hostPrefix(address))}, an address that ${hop(at)} announces by itself` };
  }
  if (to.kind === "node")
    return { says: to.node === node ? `${text} is an address of ${node}` : `to node ${hop(to.node)}` };
  const block = world.blockOf(address);
  if (block) {
    const where = `${formatPrefix(block.cidr)}, a block of ${block.node === node ? node : hop(block.node)}`;
    return { says: `${where}: no endpoint has ${text}, ${block.node} drops it`, isDeadEnd: true };
  }
  const pool = world.pools.find(({ spec }) => {
    const cidr = parsePrefix(spec.cidr);
    return cidr && covers(cidr, address);
  });
  if (pool)
    return { says: `${text} is in IP pool ${pool.metadata.name}, and no node has a block for it`, isDeadEnd: true };
  return { says: "out of the cluster" };
}

/** The rules and reasons that had a say on a packet's way, by the names of their counters, and on which node. */
export function decidingRules({ steps }: FlowTrace): { readonly node: string; readonly rule: string }[] {
  return steps.flatMap((step) => {
    if (step.at !== "node") return [];
    return step.trace.hops.flatMap(({ by, reason }) =>
      by !== undefined && reason?.by !== "not policed" ? [{ node: step.node, rule: by }] : [],
    );
  });
}
