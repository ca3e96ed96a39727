import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { annotationsSchema, labelsSchema } from "./label.ts";
import { namespaceSchema } from "./name.ts";

/**
 * What every object carries, in the order of Kubernetes' ObjectMeta. What only Kubernetes uses is accepted and kept, so
 * that YAML from `kubectl get -o yaml` can be applied. `creationTimestamp` is null where Go wrote a zero time. How a
 * name must look depends on the kind; `validate` checks it.
 */
const shape = {
  name: z.string().min(1).max(253),
  generateName: z.string().exactOptional(),
  namespace: namespaceSchema.exactOptional(),
  selfLink: z.string().exactOptional(),
  uid: z.string().max(128).exactOptional(),
  resourceVersion: z.string().max(64).exactOptional(),
  generation: z.number().exactOptional(),
  creationTimestamp: z.string().max(64).nullable().exactOptional(),
  deletionTimestamp: z.string().max(64).exactOptional(),
  deletionGracePeriodSeconds: z.number().exactOptional(),
  labels: labelsSchema.exactOptional(),
  annotations: annotationsSchema.exactOptional(),
  ownerReferences: z.array(z.looseObject({})).exactOptional(),
  finalizers: z.array(z.string()).exactOptional(),
  managedFields: z.array(z.looseObject({})).exactOptional(),
};

/** Metadata of a resource that belongs to the whole cluster. */
export const metadataSchema = z.strictObject(shape);

/** Metadata of a resource that belongs to a namespace. */
export const namespacedMetadataSchema = z.strictObject({ ...shape, namespace: namespaceSchema });

/** What every object carries beside its spec. `resourceVersion` is the revision read from the store, as text. */
export type Metadata = Frozen<z.infer<typeof metadataSchema>>;

/** Metadata of a resource that belongs to a namespace. */
export type NamespacedMetadata = Frozen<z.infer<typeof namespacedMetadataSchema>>;
