import { capabilityCode } from "../iana.ts";
import { type CapabilityDescriptor, wrongLength } from "./descriptor.ts";

/** BGP Role (RFC 9234 4.1): one octet. The same value again says nothing new; another one is a contradiction. */
export const role: CapabilityDescriptor = {
  code: capabilityCode.role,
  name: "BGP Role",
  decode(buf, start, end, into) {
    if (end - start !== 1) return wrongLength(end - start, "1");
    const value = buf[start]!;
    if (!into.roles.includes(value)) into.roles = [...into.roles, value];
    return undefined;
  },
  encode({ roles }, writer) {
    for (const value of roles) writer.u8(capabilityCode.role).u8(1).u8(value);
  },
};
