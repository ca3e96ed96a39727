import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { labelsSchema } from "./label.ts";
import { clusterResource } from "./resource.ts";
import { rulesSchema } from "./rule.ts";

/** Rules and labels for the endpoints that name the profile, after all policies. */
export const profileSchema = clusterResource(
  "Profile",
  z.strictObject({
    ingress: rulesSchema.exactOptional(),
    egress: rulesSchema.exactOptional(),
    labelsToApply: labelsSchema.exactOptional(),
  }),
);

/** Rules and labels for the endpoints that name it. */
export type Profile = Frozen<z.infer<typeof profileSchema>>;
