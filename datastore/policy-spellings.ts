import { type Change, remove, set } from "../lib/change.ts";
import { canonicalPolicyName } from "./policy-name.ts";
import type { ResourceKey } from "./resource-key.ts";

interface Spellings<V> {
  readonly short: V | undefined;
  readonly prefixed: V | undefined;
}

/** The key of a policy whatever its spelling: kind, namespace (empty for global policies) and canonical name. */
export function policyIdentity(key: ResourceKey): string {
  return `${key.kind}/${key.namespace ?? ""}/${canonicalPolicyName(key.name)}`;
}

/**
 * Makes one policy of two that are stored under two spellings of one name, as it happens while Calico's names are
 * migrated. The short spelling wins: it is the newer. What is emitted depends on what is stored, not on the order.
 */
export class PolicySpellings<V> {
  readonly #stored = new Map<string, Spellings<V>>();

  /** How many policies there are. */
  get size(): number {
    return this.#stored.size;
  }

  /** What a change of a stored policy means for the policy; undefined when nothing. */
  on(key: ResourceKey, value: V | undefined): Change<string, V> | undefined {
    const id = policyIdentity(key);
    const before = this.#stored.get(id) ?? { short: undefined, prefixed: undefined };
    const isShort = canonicalPolicyName(key.name) === key.name;
    const after = isShort ? { ...before, short: value } : { ...before, prefixed: value };
    const [was, is] = [before.short ?? before.prefixed, after.short ?? after.prefixed];
    if (is === undefined) this.#stored.delete(id);
    else this.#stored.set(id, after);
    if (was === is) return undefined;
    return is === undefined ? remove(id) : set(id, is);
  }
}
