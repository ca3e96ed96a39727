import * as z from "zod";
import { conditionsStatusSchema } from "./condition.ts";
import type { Frozen } from "./frozen.ts";
import { performanceHintsSchema, policySpecFields } from "./policy-spec.ts";
import { clusterResource } from "./resource.ts";
import { selectorTextSchema } from "./selector-text.ts";

/** The fields of a GlobalNetworkPolicy's spec in Calico's order, before they are checked against each other. */
export const globalNetworkPolicySpecShape = z.strictObject({
  ...policySpecFields,
  doNotTrack: z.boolean().exactOptional(),
  preDNAT: z.boolean().exactOptional(),
  applyOnForward: z.boolean().exactOptional(),
  serviceAccountSelector: selectorTextSchema.exactOptional(),
  namespaceSelector: selectorTextSchema.exactOptional(),
  performanceHints: performanceHintsSchema.exactOptional(),
});

type SpecFields = Frozen<z.infer<typeof globalNetworkPolicySpecShape>>;

/** A contradiction between fields of a spec. */
interface SpecFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What contradicts itself in the spec of a global policy, staged or not (Calico validator/v3). */
export function globalPolicyFaults(spec: SpecFields): readonly SpecFault[] {
  const faults: SpecFault[] = [];
  const complain = (path: readonly PropertyKey[], message: string) => faults.push({ path, message });
  if (spec.doNotTrack && spec.preDNAT) complain(["preDNAT"], "may not stand beside doNotTrack");
  if (spec.doNotTrack && !spec.applyOnForward) complain(["doNotTrack"], "needs applyOnForward true");
  if (spec.preDNAT && !spec.applyOnForward) complain(["preDNAT"], "needs applyOnForward true");
  if (spec.preDNAT && spec.egress?.length) complain(["egress"], "a preDNAT policy may have no egress rules");
  if (spec.preDNAT && spec.types?.includes("Egress")) complain(["types"], "a preDNAT policy may not be about Egress");
  for (const [direction, side] of [
    ["egress", "destination"],
    ["ingress", "source"],
  ] as const) {
    for (const [i, rule] of (spec[direction] ?? []).entries()) {
      const services = rule[side]?.services;
      if (services && !services.namespace) complain([direction, i, side, "services"], "needs a namespace");
    }
  }
  return faults;
}

/** The spec of a GlobalNetworkPolicy, its fields checked against each other (Calico validator/v3). */
export const globalNetworkPolicySpecSchema = globalNetworkPolicySpecShape.superRefine((spec, context) => {
  for (const { path, message } of globalPolicyFaults(spec))
    context.addIssue({ code: "custom", path: [...path], message });
});

/** A policy for endpoints of the whole cluster. */
export const globalNetworkPolicySchema = z.strictObject({
  ...clusterResource("GlobalNetworkPolicy", globalNetworkPolicySpecSchema).shape,
  status: conditionsStatusSchema.exactOptional(),
});

/** A policy for endpoints of the whole cluster, workloads' and hosts'. */
export type GlobalNetworkPolicy = Frozen<z.infer<typeof globalNetworkPolicySchema>>;
