import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { nodeStatusSchema } from "./node-status.ts";
import { clusterResource } from "./resource.ts";

/** A request for a node's status, and the answer that the node writes. */
export const calicoNodeStatusSchema = z.strictObject({
  ...clusterResource(
    "CalicoNodeStatus",
    z.strictObject({
      node: z.string().max(253).exactOptional(),
      classes: z
        .array(z.enum(["Agent", "BGP", "Routes"]))
        .max(3)
        .exactOptional(),
      updatePeriodSeconds: z.int().min(0).max(86400).exactOptional(),
    }),
  ).shape,
  status: nodeStatusSchema.exactOptional(),
});

/** A request for a node's status; 0 seconds stops the updates. */
export type CalicoNodeStatus = Frozen<z.infer<typeof calicoNodeStatusSchema>>;

/** What a node says of itself: its daemon, its sessions, its routes, as far as the request's classes ask. */
export type CalicoNodeStatusStatus = NonNullable<CalicoNodeStatus["status"]>;
