import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL_TRANSITIVE, partialFlags, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw } from "./flaw.ts";
import { u32At } from "./octets.ts";
import type { LargeCommunity } from "./path-attributes.ts";

/** LARGE_COMMUNITY (RFC 8092; faults: its section 6). Duplicates are removed silently, as its section 3 asks. */
export const largeCommunities: AttributeDescriptor = {
  code: attributeCode.largeCommunities,
  name: "LARGE_COMMUNITY",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into) {
    const octets = end - start;
    if (octets === 0 || octets % 12 !== 0) return lengthFlaw("withdraw", octets, "a multiple of 12, not 0,");
    const values = new Map<string, LargeCommunity>();
    for (let at = start; at < end; at += 12) {
      const one = {
        globalAdministrator: u32At(buf, at),
        localData1: u32At(buf, at + 4),
        localData2: u32At(buf, at + 8),
      };
      const key = `${one.globalAdministrator}:${one.localData1}:${one.localData2}`;
      if (!values.has(key)) values.set(key, one);
    }
    into.largeCommunities = [...values.values()];
    return undefined;
  },
  encode(attributes, writer) {
    const values = attributes.largeCommunities;
    if (values.length === 0) return;
    const flags = partialFlags(attributes, OPTIONAL_TRANSITIVE, attributeCode.largeCommunities);
    writeAttributeHeader(writer, flags, attributeCode.largeCommunities, values.length * 12);
    for (const one of values) writer.u32(one.globalAdministrator).u32(one.localData1).u32(one.localData2);
  },
};
