import type { Family } from "../net/family.ts";
import type { Prefix } from "../net/prefix.ts";
import type { SetId } from "./set.ts";

/** Which way a packet goes, seen from the endpoint: ingress is what it receives. */
export type Direction = "ingress" | "egress";

/** What a rule does with a packet that matches. `log` goes on to the next rule, `pass` to the next tier. */
export type Action = "allow" | "deny" | "pass" | "log";

/** The kinds of resource that rules come from. Those of staged policies are counted and decide nothing. */
export type OwnerKind =
  | "NetworkPolicy"
  | "GlobalNetworkPolicy"
  | "Profile"
  | "StagedNetworkPolicy"
  | "StagedGlobalNetworkPolicy"
  | "StagedKubernetesNetworkPolicy";

/**
 * Where on its way a packet is asked. `normal`: to or from the endpoint itself. `forward`: by a host endpoint's interface to or
 * from somewhere else (applyOnForward). `untracked`: before conntrack (doNotTrack). `pre-dnat`: before the destination is
 * translated (preDNAT). Only host endpoints have stages beside `normal`. What `untracked` or `pre-dnat` allows is spared the
 * other ingress gates of that host endpoint, and nothing else: the gates of workloads, and of the host endpoint by which it
 * leaves, are asked all the same. Source: Calico felix/rules/static.go (StaticFilterForwardChains).
 */
export type Stage = "normal" | "forward" | "untracked" | "pre-dnat";

/** The resource a list of rules came from, as a person would name it. */
export interface Owner {
  readonly kind: OwnerKind;
  readonly namespace?: string;
  readonly name: string;
}

/** Ports, inclusive at both ends. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** An ICMP or ICMPv6 type, and a code of it when given; which of the two is the rule's protocol's affair. */
export interface IcmpMatch {
  readonly type: number;
  readonly code?: number;
}

/**
 * What is asked of one side of a packet. Every list that is present must hold. A list of nets holds for an address in
 * any of them, one of the other family being in none. Ports and named ports are one list: any of either.
 */
export interface SideMatch {
  readonly nets?: readonly Prefix[];
  readonly notNets?: readonly Prefix[];
  /** The address is in every one of these sets. */
  readonly inSets?: readonly SetId[];
  /** The address is in none of these sets. */
  readonly notInSets?: readonly SetId[];
  readonly ports?: readonly PortRange[];
  /** Sets of (address, protocol, port). */
  readonly namedPorts?: readonly SetId[];
  readonly notPorts?: readonly PortRange[];
  readonly notNamedPorts?: readonly SetId[];
  /** The (address, protocol, port) is in every one of these sets: backends of a service. */
  readonly inPortSets?: readonly SetId[];
}

/** What a rule asks of a packet: everything that is present must hold; nothing present matches every packet. */
export interface Match {
  readonly family?: Family;
  /** IP protocol number, after extension headers. Always there, and 1 or 58, beside `icmp` and `notIcmp`. */
  readonly protocol?: number;
  readonly notProtocol?: number;
  readonly source?: SideMatch;
  readonly destination?: SideMatch;
  readonly icmp?: IcmpMatch;
  readonly notIcmp?: IcmpMatch;
}

/** Where a rule stands in its resource: `spec.ingress[2]` of it. */
export interface RuleOrigin extends Owner {
  readonly direction: Direction;
  readonly index: number;
}

/** One rule, in terms of no firewall in particular. */
export interface Rule {
  readonly match: Match;
  readonly action: Action;
  readonly origin: RuleOrigin;
}

/** Whether the resource is a staged policy: what it says is counted and decides nothing. */
export function isStaged({ kind }: Owner): boolean {
  return kind.startsWith("Staged");
}

/** A rule as a person would point at it: `NetworkPolicy ns1/web ingress[2]`. */
export function describeOrigin(origin: RuleOrigin): string {
  return `${describeOwner(origin)} ${origin.direction}[${origin.index}]`;
}

/** A resource as a person would name it: `NetworkPolicy ns1/web`. */
export function describeOwner(owner: Owner): string {
  return `${owner.kind} ${owner.namespace ? `${owner.namespace}/` : ""}${owner.name}`;
}
