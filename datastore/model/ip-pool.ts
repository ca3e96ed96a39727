import * as z from "zod";
import { maskedCidrSchema } from "./cidr.ts";
import { conditionsStatusSchema } from "./condition.ts";
import type { Frozen } from "./frozen.ts";
import { checkIPPool } from "./ip-pool-check.ts";
import { clusterResource } from "./resource.ts";
import { selectorTextSchema } from "./selector-text.ts";

const encapSchema = z.enum(["Never", "Always", "CrossSubnet", ""]);

/** The fields of a pool in Calico's order, before they are checked against each other. */
export const ipPoolSpecShape = z.strictObject({
  cidr: maskedCidrSchema,
  vxlanMode: encapSchema.exactOptional(),
  ipipMode: encapSchema.exactOptional(),
  natOutgoing: z.boolean().exactOptional(),
  disabled: z.boolean().exactOptional(),
  disableBGPExport: z.boolean().exactOptional(),
  blockSize: z.int().min(0).max(128).exactOptional(),
  nodeSelector: selectorTextSchema.exactOptional(),
  namespaceSelector: selectorTextSchema.exactOptional(),
  allowedUses: z
    .array(z.enum(["Workload", "Tunnel", "LoadBalancer"]))
    .max(3)
    .exactOptional(),
  assignmentMode: z.enum(["Automatic", "Manual"]).exactOptional(),
});

/** Addresses for workloads, cut into blocks. Absent fields mean Calico's defaults; `ipam` carries them. */
export const ipPoolSchema = z.strictObject({
  ...clusterResource(
    "IPPool",
    ipPoolSpecShape.superRefine((spec, context) => checkIPPool(spec, context)),
  ).shape,
  status: conditionsStatusSchema.exactOptional(),
});

/** The spec of a pool. */
export type IPPoolSpec = Frozen<z.infer<typeof ipPoolSpecShape>>;

/** Addresses for workloads, cut into blocks that nodes claim. */
export type IPPool = Frozen<z.infer<typeof ipPoolSchema>>;
