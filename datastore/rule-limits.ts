import type { Rule } from "./model/rule.ts";
import type { Resource } from "./model/schemas.ts";

/** A list that is longer than people may write. */
export interface LimitFault {
  readonly path: readonly PropertyKey[];
  readonly length: number;
  readonly most: number;
}

/** How many entries Calico lets people write (CRD validation of policies); what is stored already may hold more. */
export const sideLimits = { nets: 256, notNets: 256, ports: 50, notPorts: 50 } as const;
/** How many rules Calico lets people write in each direction. */
export const ruleLimit = 1024;

/** The lists of a policy's or profile's rules that are too long. */
export function limitFaults(resource: Resource): readonly LimitFault[] {
  const { spec } = resource;
  if (!("ingress" in spec) && !("egress" in spec)) return [];
  if (resource.kind === "StagedKubernetesNetworkPolicy") return [];
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const rules: readonly Rule[] =
      (spec as { readonly [D in "ingress" | "egress"]?: readonly Rule[] })[direction] ?? [];
    const faults: LimitFault[] = [];
    if (rules.length > ruleLimit) faults.push({ path: ["spec", direction], length: rules.length, most: ruleLimit });
    for (const [i, rule] of rules.entries()) faults.push(...sideFaults(rule, ["spec", direction, i]));
    return faults;
  });
}

function sideFaults(rule: Rule, path: readonly PropertyKey[]): readonly LimitFault[] {
  return (["source", "destination"] as const).flatMap((side) =>
    Object.entries(sideLimits).flatMap(([field, most]) => {
      const length = rule[side]?.[field as keyof typeof sideLimits]?.length ?? 0;
      return length > most ? [{ path: [...path, side, field], length, most }] : [];
    }),
  );
}
