import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { globalNetworkPolicySpecShape } from "./global-network-policy.ts";
import { networkPolicySpecSchema } from "./network-policy.ts";
import { clusterResource, namespacedResource } from "./resource.ts";

const stagedAction = { stagedAction: z.enum(["Set", "Delete", "Learn", "Ignore"]).exactOptional() };

/** A GlobalNetworkPolicy that only gives verdicts, never acts. */
export const stagedGlobalNetworkPolicySchema = clusterResource(
  "StagedGlobalNetworkPolicy",
  z.strictObject({ ...stagedAction, ...globalNetworkPolicySpecShape.shape }),
);

/** A NetworkPolicy that only gives verdicts, never acts. */
export const stagedNetworkPolicySchema = namespacedResource(
  "StagedNetworkPolicy",
  z.strictObject({ ...stagedAction, ...networkPolicySpecSchema.shape }),
);

/** A GlobalNetworkPolicy on trial. */
export type StagedGlobalNetworkPolicy = Frozen<z.infer<typeof stagedGlobalNetworkPolicySchema>>;
/** A NetworkPolicy on trial. */
export type StagedNetworkPolicy = Frozen<z.infer<typeof stagedNetworkPolicySchema>>;
