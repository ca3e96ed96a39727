import * as z from "zod";
import type { Frozen } from "./frozen.ts";

/** The value of `/calico/ipam/v2/config`; false and 0 are left out when Calico writes it. */
export const ipamConfigSchema = z.strictObject({
  strict_affinity: z.boolean().exactOptional(),
  auto_allocate_blocks: z.boolean().exactOptional(),
  maxBlocksPerHost: z.int().min(0).exactOptional(),
  kubeVirtVMAddressPersistence: z.string().exactOptional(),
  ipCooldownSeconds: z.int().min(0).max(1200).exactOptional(),
});

/**
 * How addresses are handed out in the whole cluster. The key absent means: not strict, blocks allocated automatically,
 * no limit of blocks a host. The key present with a field absent means false or 0 of that field.
 */
export type IPAMConfig = Frozen<z.infer<typeof ipamConfigSchema>>;
