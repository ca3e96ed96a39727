import * as z from "zod";
import { cidrSchema } from "./cidr.ts";
import type { Frozen } from "./frozen.ts";
import { clusterResource } from "./resource.ts";

/** Addresses that are never assigned automatically; what is assigned already stays. */
export const ipReservationSchema = clusterResource(
  "IPReservation",
  z.strictObject({ reservedCIDRs: z.array(cidrSchema).max(10000).exactOptional() }),
);

/** Addresses that are never assigned automatically. */
export type IPReservation = Frozen<z.infer<typeof ipReservationSchema>>;
