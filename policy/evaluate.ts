import type { Prefix } from "../net/prefix.ts";
import type { Chain, ChainId, EndpointGates, HostGates } from "./chain.ts";
import type { GateOwner } from "./evaluate/gate-walk.ts";
import { walkPath } from "./evaluate/path.ts";
import type { SetLookup } from "./match.ts";
import type { Packet } from "./packet.ts";
import { type Direction, describeOrigin, type RuleOrigin } from "./rule.ts";

/** What decided, when it was not a rule. */
export type Reason =
  | { readonly by: "rule"; readonly origin: RuleOrigin }
  /** No rule of a tier's policies decided, and the tier's default action is Deny. */
  | ({ readonly by: "end of tier"; readonly tier: string } & GateOwner)
  /** No profile allowed it. */
  | ({ readonly by: "no profile" } & GateOwner)
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
  /** Forwarded to an address in a service's range: it would go in circles (ServiceLoopPrevention). */
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
 * to. Everything on its way must let it through (`evaluate/path.ts` has the way); what decides is the last that had
 * something to say. Limits of rate and number are not part of it, they have a memory.
 */
export function evaluate(view: PolicyView, node: NodePolicy, packet: Packet): Decision {
  const passed: Reason[] = [];
  for (const { outcome, reason } of walkPath(view, node, packet)) {
    if (outcome !== "go on") return { verdict: outcome, reason: reason!, passed };
    if (reason) passed.push(reason);
  }
  return { verdict: "allow", reason: passed.pop() ?? { by: "not policed" }, passed };
}

/** How the stages are told apart where a gate is named: two gates of an endpoint have two names. */
const stageWords = { normal: "", forward: "forwarded ", untracked: "untracked ", "pre-dnat": "pre-DNAT " } as const;

function placeOf({ stage, direction }: GateOwner): string {
  return `${stageWords[stage]}${direction}`;
}

/** A reason as a person would say it. */
export function describeReason(reason: Reason): string {
  switch (reason.by) {
    case "rule":
      return describeOrigin(reason.origin);
    case "end of tier":
      return `end of tier ${reason.tier}, ${placeOf(reason)} of ${reason.endpoint}`;
    case "no profile":
      return `no profile of ${reason.endpoint} allows its ${placeOf(reason)}`;
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
