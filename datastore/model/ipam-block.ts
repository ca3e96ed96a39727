import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";

const uint64 = z
  .bigint()
  .min(0n)
  .max(2n ** 64n - 1n);
const ordinals = 4096;

const attributeSchema = z.strictObject({
  handle_id: z.string().max(2048).nullable().exactOptional(),
  secondary: z.record(z.string(), z.string()).nullable().exactOptional(),
  alternateOwnerAttrs: z.record(z.string(), z.string()).nullable().exactOptional(),
  releasedAt: z.string().exactOptional(),
});

/**
 * The value of `/calico/ipam/v2/assignment/<ipv4|ipv6>/block/<cidr>`. Sequence numbers are 64-bit (they start at the
 * nanoseconds of the block's creation), hence bigint; `json.ts` reads and writes them without loss.
 */
export const ipamBlockSchema = z.strictObject({
  cidr: cidrSchema,
  affinity: z.string().max(1024).nullable().exactOptional(),
  affinity_claim_time: z.string().nullable().exactOptional(),
  allocations: z.array(z.int().min(0).max(ordinals).nullable()).max(ordinals),
  unallocated: z
    .array(
      z
        .int()
        .min(0)
        .max(ordinals - 1),
    )
    .max(ordinals),
  attributes: z.array(attributeSchema).max(ordinals),
  sequenceNumber: uint64.exactOptional(),
  sequenceNumberForAllocation: z.record(z.string(), uint64).exactOptional(),
  deleted: z.boolean().exactOptional(),
  hostAffinity: z.string().nullable().exactOptional(),
});

/**
 * A block of a pool: `allocations[ordinal]` is null or an index into `attributes`; `unallocated` lists the free ordinals,
 * longest free first; `affinity` is `host:<node>`, `virtual:<name>` or null.
 */
export type IPAMBlock = Frozen<z.infer<typeof ipamBlockSchema>>;

/** Who holds addresses of a block: a handle, and notes for people and collectors. */
export type IPAMBlockAttribute = IPAMBlock["attributes"][number];
