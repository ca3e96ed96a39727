import type { GlobalNetworkPolicy } from "../../datastore/model/global-network-policy.ts";
import type { NetworkPolicy } from "../../datastore/model/network-policy.ts";
import { defaultTier, policyTypes } from "../../datastore/model/policy-spec.ts";
import type { StagedAction } from "../../datastore/model/staged-action.ts";
import type { StagedKubernetesNetworkPolicy } from "../../datastore/model/staged-kubernetes-network-policy.ts";
import type { StagedGlobalNetworkPolicy, StagedNetworkPolicy } from "../../datastore/model/staged-policy.ts";
import { policySelector, UNREADABLE } from "../compile/entity-selector.ts";
import { type FieldFault, selectorFault } from "../compile/rule-fault.ts";
import { convertSpec, kubernetesPolicyPrefix } from "../kubernetes/convert.ts";
import type { ConversionFault } from "../kubernetes/kubernetes-policy.ts";
import type { Direction, Owner, Stage } from "../rule.ts";
import type { PlacedPolicy } from "./endpoint-policies.ts";

/** A policy of any kind, as the store has it. */
export type PolicyResource =
  | NetworkPolicy
  | GlobalNetworkPolicy
  | StagedNetworkPolicy
  | StagedGlobalNetworkPolicy
  | StagedKubernetesNetworkPolicy;

/** The kinds of resource that are policies. */
export type PolicyKind = PolicyResource["kind"];

/** A policy in terms that all kinds share. */
export interface ReadPolicy {
  readonly owner: Owner;
  /** The enforced policy that it is, or would be: its name is also what it is sorted by. */
  readonly enforced: Owner;
  readonly spec: GlobalNetworkPolicy["spec"];
  /** What cannot be read of it beside its rules, or was left out of them. */
  readonly faults: readonly FieldFault[];
  /** What is staged; absent for a policy that is enforced. */
  readonly stagedAction?: StagedAction;
}

/** A policy of any kind; Kubernetes' as Calico converts them, without the rules that cannot be read. */
export function readPolicy(policy: PolicyResource): ReadPolicy {
  const { kind, metadata } = policy;
  const { name, namespace } = metadata;
  const isGlobal = kind === "GlobalNetworkPolicy" || kind === "StagedGlobalNetworkPolicy";
  const place = isGlobal || namespace === undefined ? {} : { namespace };
  const owner: Owner = { kind, ...place, name };
  switch (kind) {
    case "NetworkPolicy":
    case "GlobalNetworkPolicy":
      return { owner, enforced: owner, spec: policy.spec, faults: selectorFaults(policy.spec) };
    case "StagedKubernetesNetworkPolicy": {
      const enforced: Owner = { kind: "NetworkPolicy", ...place, name: `${kubernetesPolicyPrefix}${name}` };
      const faults: ConversionFault[] = [];
      const spec = convertSpec(policy.spec, faults);
      return { owner, enforced, spec, faults, stagedAction: policy.spec.stagedAction ?? "Set" };
    }
    default: {
      const enforced: Owner = { kind: isGlobal ? "GlobalNetworkPolicy" : "NetworkPolicy", ...place, name };
      const faults = selectorFaults(policy.spec);
      return { owner, enforced, spec: policy.spec, faults, stagedAction: policy.spec.stagedAction ?? "Set" };
    }
  }
}

/**
 * Where a policy stands, or undefined when it applies to nothing: its selector cannot be read, or it is staged otherwise than to
 * be set. `Delete` says that the enforced policy of its name is to go, `Learn` that its rules are still being gathered, and
 * `Ignore` that somebody decided against it.
 */
export function placePolicy({ owner, enforced, spec, stagedAction = "Set" }: ReadPolicy): PlacedPolicy | undefined {
  if (stagedAction !== "Set") return undefined;
  const selector = policySelector(spec, owner.namespace);
  if (selector === UNREADABLE) return undefined;
  const { name } = enforced;
  const where = { tier: spec.tier || defaultTier, order: spec.order, directions: directionsOf(spec) };
  const isNeededAnyway = spec.performanceHints?.includes("AssumeNeededOnEveryNode") === true;
  return { owner, name, selector, stages: stagesOf(spec), ...where, isNeededAnyway };
}

function selectorFaults(spec: ReadPolicy["spec"]): readonly FieldFault[] {
  const fields = ["selector", "serviceAccountSelector", "namespaceSelector"] as const;
  return fields.flatMap((field) => selectorFault(`spec.${field}`, spec[field]) ?? []);
}

/** The directions that a policy is about. */
export function directionsOf(spec: ReadPolicy["spec"]): Direction[] {
  return policyTypes(spec).map((type) => (type === "Ingress" ? "ingress" : "egress"));
}

/** One about untracked or not yet translated packets is about no others, and so about no workload's. */
function stagesOf({ doNotTrack, preDNAT, applyOnForward }: ReadPolicy["spec"]): readonly Stage[] {
  if (doNotTrack) return ["untracked"];
  if (preDNAT) return ["pre-dnat"];
  return applyOnForward ? ["normal", "forward"] : ["normal"];
}
