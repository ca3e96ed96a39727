import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource, namespacedResource } from "./resource.ts";

const specSchema = z.strictObject({ nets: z.array(cidrSchema).max(1_000_000).exactOptional() });

/** Nets of a namespace under labels, for selectors to find. */
export const networkSetSchema = namespacedResource("NetworkSet", specSchema);

/** Nets under labels, for selectors to find. */
export const globalNetworkSetSchema = clusterResource("GlobalNetworkSet", specSchema);

/** Nets of a namespace; `metadata.labels` is what selectors match. */
export type NetworkSet = Frozen<z.infer<typeof networkSetSchema>>;

/** Nets of nobody's namespace; `metadata.labels` is what selectors match. */
export type GlobalNetworkSet = Frozen<z.infer<typeof globalNetworkSetSchema>>;
