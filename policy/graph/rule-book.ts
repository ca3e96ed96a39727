import { defaultTier } from "../../datastore/model/policy-spec.ts";
import type { Profile } from "../../datastore/model/profile.ts";
import type { Owner } from "../rule.ts";
import type { RuleSource } from "./active-rules.ts";
import { type PlacedPolicy, profileOwner } from "./endpoint-policies.ts";
import type { PolicyFault } from "./policy-fault.ts";
import {
  directionsOf,
  type PolicyKind,
  type PolicyResource,
  placePolicy,
  type ReadPolicy,
  readPolicy,
} from "./read-policy.ts";

/** The profile that is always there and allows everything (Calico resources.DefaultAllowProfileName). */
export const DEFAULT_ALLOW = "projectcalico-default-allow";

/** The name of a policy among policies and profiles. */
export function policyKey(kind: PolicyKind, key: string): string {
  return `${kind} ${key}`;
}

/** The name of a profile among policies and profiles. */
export function profileKey(name: string): string {
  return `Profile ${name}`;
}

/** Every policy and profile as it was last told, and what each says as a source of rules. */
export class RuleBook {
  readonly #policies = new Map<string, ReadPolicy>();
  /** Policies of which something cannot be read: so that asking costs what there is to tell. */
  readonly #faulty = new Set<string>();
  /** Grows whenever what `faults` tells may be other than before. */
  faultChanges = 0;
  readonly #profiles = new Map<string, Profile>();

  /** Notes a policy; answers where it stands, or undefined when it applies to nothing or is gone. */
  onPolicy(key: string, policy: PolicyResource | undefined): PlacedPolicy | undefined {
    if (!policy) {
      this.#policies.delete(key);
      if (this.#faulty.delete(key)) this.faultChanges++;
      return undefined;
    }
    const read = readPolicy(policy);
    this.#policies.set(key, read);
    if (this.#faulty.delete(key) || read.faults.length > 0) this.faultChanges++;
    if (read.faults.length > 0) this.#faulty.add(key);
    return placePolicy(read);
  }

  /** The enforced policies that would go if what is staged were done (stagedAction Delete), in the order of their names. */
  leaving(): Owner[] {
    const staged = [...this.#policies.values()].filter(({ stagedAction }) => stagedAction === "Delete");
    const owners = new Map(staged.map(({ enforced }) => [ownerKey(enforced), enforced]));
    const there = [...owners].filter(([key]) => this.#policies.has(key));
    return there.sort(([x], [y]) => (x < y ? -1 : 1)).map(([, owner]) => owner);
  }

  /** What cannot be read of policies beside their rules, or was left out of them. */
  *faults(): Generator<PolicyFault> {
    for (const key of this.#faulty) {
      const { owner, faults } = this.#policies.get(key)!;
      for (const fault of faults) yield { owner, ...fault };
    }
  }

  /** How many profiles there are. */
  get profileCount(): number {
    return this.#profiles.size;
  }

  onProfile(name: string, profile: Profile | undefined): void {
    if (profile) this.#profiles.set(name, profile);
    else this.#profiles.delete(name);
  }

  /** What a policy or profile says; one that is not there says deny. */
  source(key: string): RuleSource {
    const policy = this.#policies.get(key);
    if (policy) {
      const { owner, spec } = policy;
      const directions = directionsOf(spec);
      return {
        owner,
        tier: spec.tier || defaultTier,
        ...(directions.includes("ingress") && { ingress: spec.ingress ?? [] }),
        ...(directions.includes("egress") && { egress: spec.egress ?? [] }),
      };
    }
    const name = key.slice(profileKey("").length);
    const owner = profileOwner(name);
    const profile = this.#profiles.get(name);
    if (profile) return { owner, ingress: profile.spec.ingress ?? [], egress: profile.spec.egress ?? [] };
    const rules = [{ action: name === DEFAULT_ALLOW ? "Allow" : "Deny" } as const];
    return { owner, ingress: rules, egress: rules, ...(name !== DEFAULT_ALLOW && { missing: true }) };
  }
}

function ownerKey({ kind, namespace, name }: Owner): string {
  return policyKey(kind as PolicyKind, namespace === undefined ? name : `${namespace}/${name}`);
}
