import { capabilityCode } from "../iana.ts";
import type { CapabilityDescriptor } from "./descriptor.ts";
import { printable, shortText } from "./printable.ts";

/**
 * Software Version (draft-ietf-idr-software-version): text behind a length octet. Only for people: one that is malformed
 * says nothing, and is no fault.
 */
export const softwareVersion: CapabilityDescriptor = {
  code: capabilityCode.softwareVersion,
  name: "Software Version",
  decode(buf, start, end, into) {
    const textEnd = start + 1 + (start < end ? buf[start]! : 0);
    if (textEnd <= end) into.software = printable(buf, start + 1, textEnd);
    return undefined;
  },
  encode({ software }, writer) {
    if (software === undefined) return;
    const text = shortText(software);
    writer
      .u8(capabilityCode.softwareVersion)
      .u8(text.length + 1)
      .u8(text.length)
      .bytes(text);
  },
};
