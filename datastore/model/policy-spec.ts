import * as z from "zod";
import type { Rule } from "./rule.ts";
import { rulesSchema } from "./rule.ts";
import { selectorTextSchema } from "./selector-text.ts";

/** The name of the tier that policies belong to when they say nothing. */
export const defaultTier = "default";

/** The fields that all policies share at the front, in Calico's order. */
export const policySpecFields = {
  tier: z.string().max(63).exactOptional(),
  order: z.number().exactOptional(),
  ingress: rulesSchema.exactOptional(),
  egress: rulesSchema.exactOptional(),
  selector: selectorTextSchema.exactOptional(),
  types: z
    .array(z.enum(["Ingress", "Egress"]))
    .max(2)
    .refine((types) => new Set(types).size === types.length, "each type may stand once")
    .exactOptional(),
};

/** The hints that a policy may carry. */
export const performanceHintsSchema = z.array(z.enum(["AssumeNeededOnEveryNode"])).max(1);

/** A direction of traffic that a policy is about. */
export type PolicyType = "Ingress" | "Egress";

/**
 * The directions that a policy is about: what it says, else Egress when it has egress rules, and Ingress unless it has
 * only egress rules (Calico's default).
 */
export function policyTypes(spec: {
  readonly types?: readonly PolicyType[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}): readonly PolicyType[] {
  if (spec.types?.length) return spec.types;
  if (!spec.egress?.length) return ["Ingress"];
  return spec.ingress?.length ? ["Ingress", "Egress"] : ["Egress"];
}
