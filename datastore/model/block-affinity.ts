import * as z from "zod";
import type { Frozen } from "./frozen.ts";

/** The value of `/calico/ipam/v2/{host,virtual}/<name>/<ipv4|ipv6>/block/<cidr>`; an empty or absent state is legacy. */
export const blockAffinitySchema = z.strictObject({
  state: z.enum(["confirmed", "pending", "pendingDeletion", ""]).exactOptional(),
  deleted: z.boolean().exactOptional(),
});

/**
 * How far a host has come in claiming a block. Whose it is and which block stands in the key. An empty value, or an
 * empty state, is of an old Calico and means confirmed.
 */
export type BlockAffinity = Frozen<z.infer<typeof blockAffinitySchema>>;

/** The three states of a claim. */
export type BlockAffinityState = "confirmed" | "pending" | "pendingDeletion";

/** The state of an affinity, the legacy spellings read as confirmed. */
export function affinityState(affinity: BlockAffinity): BlockAffinityState {
  return affinity.state || "confirmed";
}
