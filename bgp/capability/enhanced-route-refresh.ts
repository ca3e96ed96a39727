import { capabilityCode } from "../iana.ts";
import type { CapabilityDescriptor } from "./descriptor.ts";
import { flagCapability } from "./flag.ts";

/** Enhanced Route Refresh (RFC 7313 3.1). */
export const enhancedRouteRefresh: CapabilityDescriptor = flagCapability(
  capabilityCode.enhancedRouteRefresh,
  "Enhanced Route Refresh",
  "enhancedRouteRefresh",
);
