import type { GlobalNetworkPolicy } from "../datastore/model/global-network-policy.ts";
import type { NetworkPolicy } from "../datastore/model/network-policy.ts";
import { canonicalPolicyName, storedPolicyNames } from "../datastore/policy-name.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import type { Change } from "../lib/change.ts";

type Policy = NetworkPolicy | GlobalNetworkPolicy;

/**
 * One policy for every name, however many spellings of it Calico's versions left in the store: `foo` and `default.foo` are the
 * same policy, and the newest spelling is the one that counts.
 */
export class PolicySpellings {
  readonly #stored = new Map<string, Policy>();

  /** The change of the policy itself that a change of one spelling means. Its key is `namespace/name` or the name. */
  on(key: ResourceKey, policy: Policy | undefined): Change<string, Policy> {
    const path = (name: string): string => `${key.kind} ${key.namespace ?? ""}/${name}`;
    if (policy) this.#stored.set(path(key.name), policy);
    else this.#stored.delete(path(key.name));
    const name = canonicalPolicyName(key.name);
    const canonical = key.namespace === undefined ? name : `${key.namespace}/${name}`;
    for (const spelling of storedPolicyNames(name)) {
      const value = this.#stored.get(path(spelling));
      if (value) return { kind: "set", key: canonical, value };
    }
    return { kind: "delete", key: canonical };
  }

  /** How many are stored, counting every spelling. */
  get size(): number {
    return this.#stored.size;
  }
}
