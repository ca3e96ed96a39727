import { attributeCode, updateError } from "../iana.ts";
import { isConfed } from "./as-path.ts";
import { asPathOctets, readAsPath, writeAsPath } from "./as-path-codec.ts";
import { type AttributeDescriptor, WELL_KNOWN, writeAttributeHeader } from "./descriptor.ts";

/**
 * AS_PATH (RFC 4271 5.1.2; faults: RFC 7606 7.2). Whether the leftmost AS is the peer's is not asked here, because a
 * block is decoded once for all the peers that sent it; `neighborAs` answers it for each.
 */
export const asPath: AttributeDescriptor = {
  code: attributeCode.asPath,
  name: "AS_PATH",
  flags: WELL_KNOWN,
  decode(buf, start, end, into, terms) {
    const path = readAsPath(buf, start, end, terms.fourOctetAs ? 4 : 2);
    if (typeof path === "string") return { action: "withdraw", subcode: updateError.asPath, why: path };
    if (!terms.inConfederation && path.some(isConfed)) {
      // RFC 5065 5: only members of one's own confederation may send them.
      return { action: "withdraw", subcode: updateError.asPath, why: "a confederation segment from outside it" };
    }
    into.asPath = path;
    return undefined;
  },
  encode(attributes, writer, terms) {
    const width = terms.fourOctetAs ? 4 : 2;
    const path = attributes.asPath;
    writeAttributeHeader(writer, WELL_KNOWN, attributeCode.asPath, asPathOctets(path, width));
    writeAsPath(writer, path, width);
  },
};
