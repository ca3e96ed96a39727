import type { Change } from "../../lib/change.ts";
import { masked, parsePrefix } from "../../net/prefix.ts";
import type { MemberDelta } from "../output.ts";
import { ALL_POOLS, MASQUERADE_POOLS, type SetId, type SetSpec } from "../set.ts";
import { ContributedSet } from "./contributed-set.ts";

/** What a pool says of network address translation. */
export interface PoolSpec {
  readonly cidr: string;
  readonly natOutgoing?: boolean;
}

/**
 * Vertex: pools in, the two sets of NAT outgoing out: a packet from a pool that masquerades to a destination in no pool
 * leaves under the node's address. Both sets always exist. Disabled pools count as any other, as Calico has it.
 */
export class PoolSets {
  readonly #all = new ContributedSet(ALL_POOLS, "all IP pools");
  readonly #masquerade = new ContributedSet(MASQUERADE_POOLS, "IP pools with natOutgoing");

  onPool(name: string, spec: PoolSpec | undefined): void {
    const prefix = spec && parsePrefix(spec.cidr);
    const brought = prefix ? [masked(prefix)] : [];
    this.#all.on(name, brought);
    this.#masquerade.on(name, spec?.natOutgoing === true ? brought : []);
  }

  flush(sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>): void {
    this.#all.flush(sets, members);
    this.#masquerade.flush(sets, members);
  }
}
