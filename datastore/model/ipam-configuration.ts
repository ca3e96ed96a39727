import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

/** The v3 face of the IPAM settings; stored at `/calico/ipam/v2/config` in the form of `IPAMConfig`. */
export const ipamConfigurationSchema = clusterResource(
  "IPAMConfiguration",
  z
    .strictObject({
      strictAffinity: z.boolean().exactOptional(),
      maxBlocksPerHost: z.int().min(0).max(0x7fffffff).exactOptional(),
      autoAllocateBlocks: z.boolean().exactOptional(),
      kubeVirtVMAddressPersistence: z.enum(["Enabled", "Disabled"]).exactOptional(),
      ipCooldownSeconds: z.int().min(0).max(1200).exactOptional(),
    })
    .superRefine((spec, context) => {
      if (!spec.maxBlocksPerHost || spec.strictAffinity) return;
      context.addIssue({ code: "custom", path: ["maxBlocksPerHost"], message: "needs strictAffinity true" });
    }),
);

/** How addresses are handed out, as people write it. Its name must be "default". */
export type IPAMConfiguration = Frozen<z.infer<typeof ipamConfigurationSchema>>;
