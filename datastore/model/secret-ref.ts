import * as z from "zod";

/** Where a BGP password is kept: a key of a Kubernetes Secret. */
export const passwordRefSchema = z.strictObject({
  secretKeyRef: z
    .strictObject({
      name: z.string().exactOptional(),
      key: z.string(),
      optional: z.boolean().exactOptional(),
    })
    .exactOptional(),
});
