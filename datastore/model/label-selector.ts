import * as z from "zod";
import { labelsSchema } from "./label.ts";

/** A selector in Kubernetes' form (metav1.LabelSelector): all labels and all expressions must match; empty matches everything. */
export const labelSelectorSchema = z.strictObject({
  matchLabels: labelsSchema.exactOptional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string().max(317),
        operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
        values: z.array(z.string().max(63)).max(1024).exactOptional(),
      }),
    )
    .max(1024)
    .exactOptional(),
});
