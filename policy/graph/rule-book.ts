import type { GlobalNetworkPolicy } from "../../datastore/model/global-network-policy.ts";
import type { NetworkPolicy } from "../../datastore/model/network-policy.ts";
import { defaultTier, policyTypes } from "../../datastore/model/policy-spec.ts";
import type { Profile } from "../../datastore/model/profile.ts";
import { policySelector, UNREADABLE } from "../compile/entity-selector.ts";
import type { Direction, Owner, Stage } from "../rule.ts";
import type { RuleSource } from "./active-rules.ts";
import { type PlacedPolicy, profileOwner } from "./endpoint-policies.ts";

/** The profile that is always there and allows everything (Calico resources.DefaultAllowProfileName). */
export const DEFAULT_ALLOW = "projectcalico-default-allow";

/** The name of a policy among policies and profiles. */
export function policyKey(kind: "NetworkPolicy" | "GlobalNetworkPolicy", key: string): string {
  return `${kind} ${key}`;
}

/** The name of a profile among policies and profiles. */
export function profileKey(name: string): string {
  return `Profile ${name}`;
}

/** Every policy and profile as it was last told, and what each says as a source of rules. */
export class RuleBook {
  readonly #policies = new Map<string, NetworkPolicy | GlobalNetworkPolicy>();
  readonly #profiles = new Map<string, Profile>();

  /**
   * Notes a policy; answers where it stands, or undefined when it applies to nothing: it is gone, or its selector cannot
   * be read.
   */
  onPolicy(key: string, policy: NetworkPolicy | GlobalNetworkPolicy | undefined): PlacedPolicy | undefined {
    if (!policy) {
      this.#policies.delete(key);
      return undefined;
    }
    this.#policies.set(key, policy);
    const { spec } = policy;
    const selector = policySelector(spec, policy.kind === "NetworkPolicy" ? policy.metadata.namespace : undefined);
    if (selector === UNREADABLE) return undefined;
    const tier = spec.tier || defaultTier;
    const where = { directions: directionsOf(policy), stages: stagesOf(policy) };
    return { owner: policyOwner(policy), tier, order: spec.order, selector, ...where };
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
      const rules = policy.spec;
      const directions = directionsOf(policy);
      return {
        owner: policyOwner(policy),
        ...(directions.includes("ingress") && { ingress: rules.ingress ?? [] }),
        ...(directions.includes("egress") && { egress: rules.egress ?? [] }),
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

function policyOwner({ kind, metadata }: NetworkPolicy | GlobalNetworkPolicy): Owner {
  return kind === "NetworkPolicy"
    ? { kind, namespace: metadata.namespace, name: metadata.name }
    : { kind, name: metadata.name };
}

function directionsOf({ spec }: NetworkPolicy | GlobalNetworkPolicy): Direction[] {
  return policyTypes(spec).map((type) => (type === "Ingress" ? "ingress" : "egress"));
}

/** One about untracked or not yet translated packets is about no others, and so about no workload's. */
function stagesOf({ spec }: NetworkPolicy | GlobalNetworkPolicy): readonly Stage[] {
  if ("doNotTrack" in spec && spec.doNotTrack) return ["untracked"];
  if ("preDNAT" in spec && spec.preDNAT) return ["pre-dnat"];
  return "applyOnForward" in spec && spec.applyOnForward ? ["normal", "forward"] : ["normal"];
}
