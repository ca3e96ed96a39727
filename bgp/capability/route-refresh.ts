import { capabilityCode } from "../iana.ts";
import type { CapabilityDescriptor } from "./descriptor.ts";
import { flagCapability } from "./flag.ts";

/** Route Refresh (RFC 2918 2). */
export const routeRefresh: CapabilityDescriptor = flagCapability(
  capabilityCode.routeRefresh,
  "Route Refresh",
  "routeRefresh",
);
