import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

/** A layer of policies: lower order first; `defaultAction` (Deny when absent) is for what its policies select and ignore. */
export const tierSchema = clusterResource(
  "Tier",
  z.strictObject({ order: z.number().exactOptional(), defaultAction: z.enum(["Pass", "Deny"]).exactOptional() }),
);

/** A layer of policies; an absent order is last. */
export type Tier = Frozen<z.infer<typeof tierSchema>>;
