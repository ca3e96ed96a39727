import type { Change } from "../lib/change.ts";
import type { Chain, ChainId, EndpointGates, HostGates } from "./chain.ts";
import type { SetId, SetMember, SetSpec } from "./set.ts";

/**
 * How the members of one set changed. A set that is new, or whose kind changed, starts empty: `added` is all of them.
 * Nothing is in both.
 */
export interface MemberDelta {
  readonly added: readonly SetMember[];
  readonly removed: readonly SetMember[];
}

/**
 * Everything that changed since the last flush, at most one change a key. Whole, it can be applied in one transaction;
 * step by step, apply sets, members, chains and endpoints that are set in this order, then what is deleted in the reverse.
 * Every set and chain referred to exists. A set's members go with the set: a deleted set has no delta.
 */
export interface PolicyOutput {
  readonly sets: readonly Change<SetId, SetSpec>[];
  readonly members: ReadonlyMap<SetId, MemberDelta>;
  readonly chains: readonly Change<ChainId, Chain>[];
  /** Keyed by interface name. */
  readonly endpoints: readonly Change<string, EndpointGates>[];
  /** Keyed by interface name, or `*`. */
  readonly hosts: readonly Change<string, HostGates>[];
}

/** Whether a flush found nothing to do. */
export function isEmpty(output: PolicyOutput): boolean {
  return (
    output.sets.length + output.members.size + output.chains.length + output.endpoints.length + output.hosts.length ===
    0
  );
}
