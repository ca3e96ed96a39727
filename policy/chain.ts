import type { Address } from "../net/address.ts";
import type { Prefix } from "../net/prefix.ts";
import type { Direction, Owner, Rule, Stage } from "./rule.ts";

/** The name of a list of rules: see `chainId`. */
export type ChainId = string;

/**
 * The rules of one policy or profile in one direction at one stage, in order. Falling off its end decides nothing. What an
 * allow means to a firewall depends on the stage: of `normal` ingress it is final, elsewhere others may be asked yet.
 */
export interface Chain {
  readonly id: ChainId;
  readonly owner: Owner;
  readonly direction: Direction;
  readonly stage: Stage;
  /** The tier that the policy is in; a profile is in none. */
  readonly tier?: string;
  readonly rules: readonly Rule[];
  /** The resource is referred to but not there: the chain is one deny, so that nothing opens (fail closed). */
  readonly missing?: boolean;
  /** The policy is staged: the first rule that matches is counted and leaves the chain; nothing is decided. */
  readonly staged?: boolean;
}

/** The policies of one tier that apply to one endpoint in one direction; never empty. */
export interface TierChains {
  readonly tier: string;
  /** Tried in order. An allow or deny decides, a pass leaves the tier. */
  readonly chains: readonly ChainId[];
  /**
   * What befalls a packet that no rule of the tier decided: the tier's default action; `pass` where all its policies here are
   * staged, and before conntrack and before DNAT, where nobody is denied for want of a rule.
   */
  readonly atEnd: "deny" | "pass";
}

/**
 * What one endpoint lets through in one direction: tiers in order; a packet that leaves the last one by pass, or meets
 * no tier, comes to the profiles in order; what nobody decided is denied, or goes on as if there were no gate.
 */
export interface Gate {
  readonly tiers: readonly TierChains[];
  readonly profiles: readonly ChainId[];
  /** `deny` at the stage `normal`, `continue` at all others. */
  readonly atEnd: "deny" | "continue";
}

/** How much an endpoint may send or receive, beyond what its policies say (qosControls). */
export interface Limits {
  /** Packets a second after a first burst; more are dropped. */
  readonly packets?: { readonly rate: number; readonly burst: number };
  /** Connections at once; further ones are refused. */
  readonly connections?: number;
}

/** An address outside that means an endpoint's own one (ipNATs, where floating addresses are enabled). One family. */
export interface FloatingAddress {
  readonly external: Address;
  readonly internal: Address;
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
  readonly limits?: Readonly<Partial<Record<Direction, Limits>>>;
  /** In the order of their external addresses. */
  readonly floating?: readonly FloatingAddress[];
}

/** The gates of one stage. */
export type StageGates = Readonly<Record<Direction, Gate>>;

/** One host endpoint on one interface of this node, as the interface's firewall should be. */
export interface HostGates {
  /**
   * `*` is every interface that has no host endpoint of its own. Workloads' are among them at `forward` and `pre-dnat`, and never
   * have one of their own. Source: Calico felix/rules/dispatch.go (hostDispatchChains), felix/rules/static.go.
   */
  readonly interfaceName: string;
  /** Name of the HostEndpoint. */
  readonly endpoint: string;
  /** `pre-dnat` has no egress: that gate is always empty. So is all of `untracked` of `*`, as Calico has it. */
  readonly stages: Readonly<Record<Stage, StageGates>>;
}

/** The kinds as names begin with them, where room is scarce. */
export const shortKinds = {
  NetworkPolicy: "np",
  GlobalNetworkPolicy: "gnp",
  Profile: "profile",
  StagedNetworkPolicy: "snp",
  StagedGlobalNetworkPolicy: "sgnp",
  StagedKubernetesNetworkPolicy: "sknp",
} as const;

/**
 * `np/ns1/default.web/in`, `gnp/default.web/out`, `profile/kns.ns1/in`, `gnp/default.nodes/in/forward`: unique, printable and
 * free of blanks.
 */
export function chainId(owner: Owner, direction: Direction, stage: Stage = "normal"): ChainId {
  const place = owner.namespace === undefined ? owner.name : `${owner.namespace}/${owner.name}`;
  const at = stage === "normal" ? "" : `/${stage}`;
  return `${shortKinds[owner.kind]}/${place}/${direction === "ingress" ? "in" : "out"}${at}`;
}
