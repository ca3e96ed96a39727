import { type Change, set } from "../../lib/change.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { MemberDelta } from "../output.ts";
import { ALL_POOLS, MASQUERADE_POOLS, type SetId, type SetKind, type SetSpec } from "../set.ts";
import { MemberSet } from "./member-set.ts";

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
  readonly #pools = new Map<string, { readonly prefix: Prefix; readonly masquerade: boolean }>();
  readonly #sets: readonly (readonly [SetId, MemberSet])[] = [
    [ALL_POOLS, new MemberSet("address")],
    [MASQUERADE_POOLS, new MemberSet("address")],
  ];
  readonly #emitted = new Map<SetId, SetKind>();

  onPool(name: string, spec: PoolSpec | undefined): void {
    const [[, all], [, masquerade]] = this.#sets as [readonly [SetId, MemberSet], readonly [SetId, MemberSet]];
    const before = this.#pools.get(name);
    if (before) {
      all.drop(before.prefix);
      if (before.masquerade) masquerade.drop(before.prefix);
      this.#pools.delete(name);
    }
    const prefix = spec && parsePrefix(spec.cidr);
    if (!prefix) return;
    const pool = { prefix: masked(prefix), masquerade: spec.natOutgoing === true };
    this.#pools.set(name, pool);
    all.add(pool.prefix);
    if (pool.masquerade) masquerade.add(pool.prefix);
  }

  flush(sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>): void {
    for (const [id, live] of this.#sets) {
      // Pools are prefixes: to be a hash set for the moments without a pool would only mean to be replaced.
      if (!this.#emitted.has(id)) sets.push(set(id, { id, kind: "net" }));
      this.#emitted.set(id, "net");
      const delta = live.flush();
      if (delta) members.set(id, delta);
    }
  }
}
