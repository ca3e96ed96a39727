import * as z from "zod";
import type { Frozen } from "./frozen.ts";
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
  status: z.looseObject({}).exactOptional(),
});

/** A request for a node's status; 0 seconds stops the updates. What the status looks like is the agent's affair. */
export type CalicoNodeStatus = Frozen<z.infer<typeof calicoNodeStatusSchema>>;
