import * as z from "zod";

/** What is read of the metadata of an object that Kubernetes owns; everything else of it is kept as it is. */
export const kubernetesMetadataSchema = z.looseObject({
  name: z.string().min(1).max(253),
  namespace: z.string().min(1).max(63),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
