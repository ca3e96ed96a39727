import type { Capabilities } from "./capabilities.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

type FlagName = "routeRefresh" | "enhancedRouteRefresh" | "extendedMessage";

/** The row of a capability that has no value: being there is all it says. */
export function flagCapability(code: number, name: string, field: FlagName & keyof Capabilities): CapabilityDescriptor {
  return {
    code,
    name,
    decode(_buf, start, end, into) {
      if (start !== end) return wrongLength(end - start, "none");
      into[field] = true;
      return undefined;
    },
    encode(capabilities, writer) {
      if (capabilities[field]) writer.u8(code).u8(0);
    },
  };
}
