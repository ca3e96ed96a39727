import { capabilityCode } from "../iana.ts";
import type { CapabilityDescriptor } from "./descriptor.ts";
import { flagCapability } from "./flag.ts";

/** BGP Extended Message (RFC 8654 3). */
export const extendedMessage: CapabilityDescriptor = flagCapability(
  capabilityCode.extendedMessage,
  "Extended Message",
  "extendedMessage",
);
