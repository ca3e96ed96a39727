import { covers, type Prefix } from "../net/prefix.ts";
import type { Chain, ChainId, EndpointGates, Gate, HostGates } from "./chain.ts";
import { matchesPacket, type SetLookup } from "./match.ts";
import type { Packet } from "./packet.ts";
import { type Direction, describeOrigin, type RuleOrigin } from "./rule.ts";

/** What decided, when it was not a rule. */
export type Reason =
  | { readonly by: "rule"; readonly origin: RuleOrigin }
  /** No rule of a tier's policies decided, and the tier's default action is Deny. */
  | { readonly by: "end of tier"; readonly tier: string; readonly direction: Direction; readonly endpoint: string }
  /** No profile allowed it. */
  | { readonly by: "no profile"; readonly direction: Direction; readonly endpoint: string }
  /** The interface is a workload's by its name, but no endpoint of this node has it. */
  | { readonly by: "unknown interface"; readonly interfaceName: string }
  /** The source is none of the endpoint's addresses. */
  | { readonly by: "spoofed source"; readonly endpoint: string }
  /** A workload talks to its own node: DefaultEndpointToHostAction decides. */
  | { readonly by: "endpoint to host action" }
  /** Neighbour discovery, without which IPv6 does not work at all. */
  | { readonly by: "neighbour discovery" }
  /** A port of the host that no policy can close (FailsafeInboundHostPorts, FailsafeOutboundHostPorts). */
  | { readonly by: "failsafe port"; readonly direction: Direction; readonly protocol: number; readonly port: number }
  /** Forwarded to an address of a service that nobody translated: it would go in circles (ServiceLoopPrevention). */
  | { readonly by: "service loop" }
  /** A workload encapsulates by itself (AllowVXLANPacketsFromWorkloads, AllowIPIPPacketsFromWorkloads). */
  | { readonly by: "encapsulated by a workload"; readonly how: "vxlan" | "ipip" }
  /** No workload of this node is concerned, or the node itself talks to its workload. */
  | { readonly by: "not policed" };

/** What became of a packet, and why. `passed` are the reasons of earlier gates that let it through, in order. */
export interface Decision {
  readonly verdict: "allow" | "deny";
  readonly reason: Reason;
  readonly passed: readonly Reason[];
}

/** What a decision rests on. */
export interface PolicyView extends SetLookup {
  readonly chains: ReadonlyMap<ChainId, Chain>;
  readonly endpoints: ReadonlyMap<string, EndpointGates>;
  /** By interface name, or `*`. */
  readonly hosts: ReadonlyMap<string, HostGates>;
}

/** A port of the host that stays open whatever policies say; with a net only from (inbound) or to (outbound) there. */
export interface FailsafePort {
  /** 6, 17 or 132. */
  readonly protocol: number;
  readonly port: number;
  readonly net?: Prefix;
}

/** What else a node decides by (FelixConfiguration). */
export interface NodePolicy {
  /** Interfaces whose names start so are workloads'. */
  readonly interfacePrefixes: readonly string[];
  /** DefaultEndpointToHostAction; Return leaves it to the host's own firewall, taken here for allow. */
  readonly endpointToHost: "Drop" | "Return" | "Accept";
  /** WorkloadSourceSpoofing: whether endpoints may use the prefixes they are granted beside their addresses. */
  readonly sourceSpoofing: "Disabled" | "Any";
  /** Both lists in the order of FelixConfiguration. */
  readonly failsafes: { readonly inbound: readonly FailsafePort[]; readonly outbound: readonly FailsafePort[] };
  readonly serviceLoopPrevention: "Drop" | "Reject" | "Disabled";
  /** Which encapsulations workloads may do themselves. */
  readonly workloadEncapsulation: { readonly vxlan: boolean; readonly ipip: boolean };
}

/**
 * What happens to the first packet of a connection on this node: the reference for every firewall that the IR is lowered
 * to. The sender's egress gate is asked before the receiver's ingress gate; both must allow.
 */
export function evaluate(view: PolicyView, node: NodePolicy, packet: Packet): Decision {
  const isWorkload = (name: string | undefined) => node.interfacePrefixes.some((prefix) => name?.startsWith(prefix));
  const passed: Reason[] = [];
  const { inInterface, outInterface } = packet;
  const done = (verdict: Decision["verdict"], reason: Reason): Decision => ({ verdict, reason, passed });
  if (inInterface !== undefined && isWorkload(inInterface)) {
    const from = view.endpoints.get(inInterface);
    if (!from) return done("deny", { by: "unknown interface", interfaceName: inInterface });
    const sources = node.sourceSpoofing === "Any" ? [...from.sources, ...from.spoofable] : from.sources;
    const isOwnSource = sources.some((prefix) => covers(prefix, packet.source));
    if (!isOwnSource && !isLinkScoped(packet)) return done("deny", { by: "spoofed source", endpoint: from.endpoint });
    if (outInterface === undefined && isNeighbourDiscovery(packet)) return done("allow", { by: "neighbour discovery" });
    const [verdict, reason] = passGate(view, from, "egress", packet);
    if (verdict === "deny") return done("deny", reason);
    passed.push(reason);
    if (outInterface === undefined) {
      return done(node.endpointToHost === "Drop" ? "deny" : "allow", { by: "endpoint to host action" });
    }
  }
  if (inInterface !== undefined && outInterface !== undefined && isWorkload(outInterface)) {
    const to = view.endpoints.get(outInterface);
    if (!to) return done("deny", { by: "unknown interface", interfaceName: outInterface });
    return done(...passGate(view, to, "ingress", packet));
  }
  return done("allow", passed.pop() ?? { by: "not policed" });
}

function passGate(
  view: PolicyView,
  endpoint: EndpointGates,
  direction: Direction,
  packet: Packet,
): [Decision["verdict"], Reason] {
  const gate: Gate = endpoint[direction];
  for (const { tier, chains, atEnd } of gate.tiers) {
    const decided = firstDecision(view, chains, packet);
    if (decided?.action === "allow" || decided?.action === "deny") return [decided.action, decided.reason];
    if (!decided && atEnd === "deny")
      return ["deny", { by: "end of tier", tier, direction, endpoint: endpoint.endpoint }];
  }
  // A pass in a profile only leaves that profile: there is no tier to come.
  for (const id of gate.profiles) {
    const decided = firstDecision(view, [id], packet);
    if (decided?.action === "allow" || decided?.action === "deny") return [decided.action, decided.reason];
  }
  return ["deny", { by: "no profile", direction, endpoint: endpoint.endpoint }];
}

function firstDecision(view: PolicyView, chains: readonly ChainId[], packet: Packet) {
  for (const id of chains) {
    for (const { match, action, origin } of view.chains.get(id)?.rules ?? []) {
      if (action === "log" || !matchesPacket(match, packet, view)) continue;
      return { action, reason: { by: "rule", origin } as const };
    }
  }
  return undefined;
}

/** Router and neighbour solicitation and advertisement, and multicast listener reports (RFC 4861, RFC 2710, RFC 3810). */
export const neighbourDiscoveryTypes: readonly number[] = [130, 131, 132, 133, 135, 136];

function isNeighbourDiscovery(packet: Packet): boolean {
  return packet.protocol === 58 && packet.icmpType !== undefined && neighbourDiscoveryTypes.includes(packet.icmpType);
}

/** From a link-local or the unspecified address: such packets never leave the link, and discovery needs them. */
function isLinkScoped({ source }: Packet): boolean {
  if (source.family === "ipv4") return false;
  return source.a >>> 22 === 0x3fa || (source.a | source.b | source.c | source.d) === 0;
}

/** A reason as a person would say it. */
export function describeReason(reason: Reason): string {
  switch (reason.by) {
    case "rule":
      return describeOrigin(reason.origin);
    case "end of tier":
      return `end of tier ${reason.tier}, ${reason.direction} of ${reason.endpoint}`;
    case "no profile":
      return `no profile of ${reason.endpoint} allows its ${reason.direction}`;
    case "unknown interface":
      return `no endpoint has interface ${reason.interfaceName}`;
    case "spoofed source":
      return `the source is no address of ${reason.endpoint}`;
    case "failsafe port":
      return `failsafe port ${reason.port}, protocol ${reason.protocol}, ${reason.direction}`;
    case "encapsulated by a workload":
      return `workloads may not send ${reason.how} themselves`;
    case "endpoint to host action":
      return "DefaultEndpointToHostAction";
    default:
      return reason.by;
  }
}
