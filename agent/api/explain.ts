/**
 * Shapes of the `policy.…` requests that the agent's socket answers: what its rules have met, what becomes of a packet, and
 * which packets were dropped just now. Types only.
 */

/** What the counters of the rules stand at. With several filters all must hold. */
export interface PolicyCountersRequest {
  readonly do: "policy.counters";
  /** Exactly these rules, by name; at most 1,000. */
  readonly rules?: readonly string[];
  /** Only rules of this policy: its name, `namespace/name`, or `KIND namespace/name`. */
  readonly policy?: string;
  /** Only rules that this endpoint (`namespace/pod`, or a HostEndpoint's name) is asked by. */
  readonly endpoint?: string;
}

/** One rule of this node, all of its copies in the kernel together. */
export interface RuleCounter {
  /** `NetworkPolicy shop/db ingress[1]`, or the name of a reason that is no rule. */
  readonly rule: string;
  /** The resource it is of, or empty when it is no policy's. */
  readonly policy: string;
  readonly packets: number;
  readonly bytes: number;
  /** How many endpoints of this node it is asked for. */
  readonly endpoints: number;
}

/** The answer to `policy.counters`. */
export interface PolicyCountersAnswer {
  readonly ok: true;
  readonly node: string;
  /** The firewall: nftables, iptables-nft or iptables-legacy. */
  readonly dataplane: string;
  /** RFC 3339: when this agent began. A rule that was written later counts from then on. */
  readonly since: string;
  readonly rules: readonly RuleCounter[];
}

/** What becomes of the first packet of a connection on this node, by the policy that the agent has worked out. */
export interface PolicyTraceRequest {
  readonly do: "policy.trace";
  readonly source: string;
  readonly destination: string;
  /** IP protocol number. */
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Absent: this node sends it itself. */
  readonly inInterface?: string;
  /** Absent: it is for this node itself. */
  readonly outInterface?: string;
}

/** The answer to `policy.trace`. */
export interface PolicyTraceAnswer {
  readonly ok: true;
  readonly node: string;
  readonly verdict: "allow" | "deny";
  /** What decided: a rule's name, or a reason. */
  readonly by: string;
  /** What let it through before, in order. */
  readonly passed: readonly string[];
}

/**
 * Packets that were dropped since. The agent listens while somebody asks, and for some seconds after; the first answer is
 * therefore empty and only says where to go on.
 */
export interface PolicyDropsRequest {
  readonly do: "policy.drops";
  /** `next` of the answer before; absent: from now on. */
  readonly after?: number;
  /** Only drops of this endpoint, whichever side: `namespace/pod`. */
  readonly endpoint?: string;
}

/** One packet that a rule of ours dropped. */
export interface PolicyDrop {
  /** Grows by one with each drop that this agent heard of. */
  readonly serial: number;
  /** RFC 3339, to the millisecond. */
  readonly at: string;
  /** The rule, or the reason, by the name that its counter has too. */
  readonly by: string;
  readonly source: string;
  readonly destination: string;
  /** IP protocol number. */
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Names of interfaces; absent when the packet has none on that side yet, or any more. */
  readonly inInterface?: string;
  readonly outInterface?: string;
  /** The endpoints behind both interfaces, `namespace/pod`, where they are this node's. */
  readonly from?: string;
  readonly to?: string;
  /** Octets of the packet. */
  readonly length: number;
}

/** The answer to `policy.drops`, oldest first. */
export interface PolicyDropsAnswer {
  readonly ok: true;
  readonly node: string;
  readonly drops: readonly PolicyDrop[];
  /** What to ask after next time. */
  readonly next: number;
  /** Drops between the two that are not told: the ring or the kernel's queue was full. */
  readonly missed: number;
}

/** Anything that can be asked about policy. */
export type ExplainRequest = PolicyCountersRequest | PolicyTraceRequest | PolicyDropsRequest;
