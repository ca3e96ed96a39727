import type { Prefix } from "../net/prefix.ts";
import type { Direction, Owner, Rule } from "./rule.ts";

/** The name of a list of rules: see `chainId`. */
export type ChainId = string;

/** The rules of one policy or profile in one direction, in order. Falling off its end decides nothing. */
export interface Chain {
  readonly id: ChainId;
  readonly owner: Owner;
  readonly direction: Direction;
  readonly rules: readonly Rule[];
  /** The resource is referred to but not there: the chain is one deny, so that nothing opens (fail closed). */
  readonly missing?: boolean;
}

/** The policies of one tier that apply to one endpoint in one direction; never empty. */
export interface TierChains {
  readonly tier: string;
  /** Tried in order. An allow or deny decides, a pass leaves the tier. */
  readonly chains: readonly ChainId[];
  /** What befalls a packet that no rule of the tier decided: the tier's default action. */
  readonly atEnd: "deny" | "pass";
}

/**
 * What one endpoint lets through in one direction: tiers in order; a packet that leaves the last one by pass, or meets
 * no tier, comes to the profiles in order; what no profile allowed is denied.
 */
export interface Gate {
  readonly tiers: readonly TierChains[];
  readonly profiles: readonly ChainId[];
}

/** One workload endpoint of this node, as its interface's firewall should be. */
export interface EndpointGates {
  readonly interfaceName: string;
  /** `namespace/name` of the WorkloadEndpoint. */
  readonly endpoint: string;
  /** Its own addresses, as host prefixes: all it may send from. */
  readonly sources: readonly Prefix[];
  /** What else it may send from where the node allows spoofing at all (`allowSpoofedSourcePrefixes`). */
  readonly spoofable: readonly Prefix[];
  readonly ingress: Gate;
  readonly egress: Gate;
}

const short = { NetworkPolicy: "np", GlobalNetworkPolicy: "gnp", Profile: "profile" } as const;

/** `np/ns1/default.web/in`, `gnp/default.web/out`, `profile/kns.ns1/in`: unique, printable and free of blanks. */
export function chainId(owner: Owner, direction: Direction): ChainId {
  const place = owner.namespace === undefined ? owner.name : `${owner.namespace}/${owner.name}`;
  return `${short[owner.kind]}/${place}/${direction === "ingress" ? "in" : "out"}`;
}
