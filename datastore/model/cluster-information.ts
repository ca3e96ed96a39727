import * as z from "zod";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

/** Facts of the whole cluster. Its name must be "default". */
export const clusterInformationSchema = clusterResource(
  "ClusterInformation",
  z.strictObject({
    clusterGUID: z.string().max(128).exactOptional(),
    clusterType: z.string().max(1024).exactOptional(),
    calicoVersion: z.string().max(128).exactOptional(),
    datastoreReady: z.boolean().exactOptional(),
    variant: z.string().max(64).exactOptional(),
  }),
);

/** Facts of the whole cluster; `datastoreReady` false tells everybody to stand still. */
export type ClusterInformation = Frozen<z.infer<typeof clusterInformationSchema>>;
