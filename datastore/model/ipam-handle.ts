import * as z from "zod";
import type { Frozen } from "./frozen.ts";

/** The value of `/calico/ipam/v2/handle/<id>`. */
export const ipamHandleSchema = z.strictObject({
  block: z.record(z.string(), z.int().min(0)),
  deleted: z.boolean().exactOptional(),
});

/** How many addresses a handle holds in each block, by the block's CIDR. The handle's id stands in the key. */
export type IPAMHandle = Frozen<z.infer<typeof ipamHandleSchema>>;
