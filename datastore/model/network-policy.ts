import * as z from "zod";
import { conditionsStatusSchema } from "./condition.ts";
import type { Frozen } from "./frozen.ts";
import { performanceHintsSchema, policySpecFields } from "./policy-spec.ts";
import { namespacedResource } from "./resource.ts";
import { selectorTextSchema } from "./selector-text.ts";

/** The spec of a NetworkPolicy, in Calico's order. */
export const networkPolicySpecSchema = z.strictObject({
  ...policySpecFields,
  serviceAccountSelector: selectorTextSchema.exactOptional(),
  performanceHints: performanceHintsSchema.exactOptional(),
});

/** A policy for the endpoints of its namespace. */
export const networkPolicySchema = z.strictObject({
  ...namespacedResource("NetworkPolicy", networkPolicySpecSchema).shape,
  status: conditionsStatusSchema.exactOptional(),
});

/** A policy for the endpoints of its namespace. An absent order is last, an absent selector matches all of them. */
export type NetworkPolicy = Frozen<z.infer<typeof networkPolicySchema>>;
