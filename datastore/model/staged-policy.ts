import * as z from "zod";
import { conditionsStatusSchema } from "./condition.ts";
import type { Frozen } from "./frozen.ts";
import { globalNetworkPolicySpecShape } from "./global-network-policy.ts";
import { networkPolicySpecSchema } from "./network-policy.ts";
import { clusterResource, namespacedResource } from "./resource.ts";
import { stagedActionSchema } from "./staged-action.ts";

const stagedAction = { stagedAction: stagedActionSchema.exactOptional() };
const status = conditionsStatusSchema.exactOptional();

/** A GlobalNetworkPolicy that only gives verdicts, never acts. */
export const stagedGlobalNetworkPolicySchema = z.strictObject({
  ...clusterResource(
    "StagedGlobalNetworkPolicy",
    z.strictObject({ ...stagedAction, ...globalNetworkPolicySpecShape.shape }),
  ).shape,
  status,
});

/** A NetworkPolicy that only gives verdicts, never acts. */
export const stagedNetworkPolicySchema = z.strictObject({
  ...namespacedResource("StagedNetworkPolicy", z.strictObject({ ...stagedAction, ...networkPolicySpecSchema.shape }))
    .shape,
  status,
});

/** A GlobalNetworkPolicy on trial. */
export type StagedGlobalNetworkPolicy = Frozen<z.infer<typeof stagedGlobalNetworkPolicySchema>>;
/** A NetworkPolicy on trial. */
export type StagedNetworkPolicy = Frozen<z.infer<typeof stagedNetworkPolicySchema>>;
