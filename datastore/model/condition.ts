import * as z from "zod";

/** What is observed of an object, in Kubernetes' form (metav1.Condition), in its order of fields. */
export const conditionSchema = z.strictObject({
  type: z.string().max(316),
  status: z.string().max(64),
  observedGeneration: z.int().exactOptional(),
  lastTransitionTime: z.string().max(64).nullable().exactOptional(),
  reason: z.string().max(1024).exactOptional(),
  message: z.string().max(32768).exactOptional(),
});

/** A status that holds nothing but conditions: of pools since Calico 3.32, of policies since 3.33. */
export const conditionsStatusSchema = z.strictObject({
  conditions: z.array(conditionSchema).max(64).exactOptional(),
});
