import { globalPolicyFaults } from "../model/global-network-policy.ts";
import type { ResourceOf } from "../model/schemas.ts";
import type { Complain } from "./fault.ts";
import { checkDirection, checkRules } from "./rule.ts";

type Policy = ResourceOf<"GlobalNetworkPolicy" | "NetworkPolicy" | "StagedGlobalNetworkPolicy" | "StagedNetworkPolicy">;
type Staged = ResourceOf<"StagedGlobalNetworkPolicy" | "StagedNetworkPolicy" | "StagedKubernetesNetworkPolicy">;

function isBare(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Complains of a staged deletion that says more than which policy it deletes. */
export function checkDeletion(policy: Staged, complain: Complain): void {
  if (policy.spec.stagedAction !== "Delete") return;
  for (const [field, value] of Object.entries(policy.spec)) {
    if (field === "stagedAction" || field === "tier" || isBare(value)) continue;
    complain(["spec", field], "a staged deletion says nothing but its tier; leave it out");
  }
}

/** Complains of what Calico does not let people write in policies, staged or not. */
export function checkPolicy(policy: Policy, complain: Complain): void {
  const { spec } = policy;
  if ("stagedAction" in spec && spec.stagedAction === "Delete") return;
  for (const direction of ["ingress", "egress"] as const) {
    const rules = spec[direction] ?? [];
    checkRules(rules, ["spec", direction], complain);
    checkDirection(direction, rules, complain);
  }
  if (policy.kind === "StagedGlobalNetworkPolicy") {
    for (const { path, message } of globalPolicyFaults(policy.spec)) complain(["spec", ...path], message);
  }
  const spaces = "namespaceSelector" in spec ? (spec.namespaceSelector ?? "") : "";
  if (/(^|[^a-zA-Z0-9_./-])global\s*\(\s*\)/.test(spaces.replace(/"[^"]*"|'[^']*'/g, "''")))
    complain(["spec", "namespaceSelector"], "global() means something only in the namespaceSelector of a rule");
}
