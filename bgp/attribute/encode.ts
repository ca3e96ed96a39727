import type { Writer } from "../../lib/writer.ts";
import { attributeFlag } from "../iana.ts";
import { type AttributeTerms, writeAttributeHeader } from "./descriptor.ts";
import type { PathAttributes } from "./path-attributes.ts";
import { attributeTable } from "./table.ts";

/**
 * Appends the attributes in ascending order of code (RFC 4271 5), without MP_REACH_NLRI, which carries prefixes and
 * stands in front (RFC 7606 5.1): `writeReach` writes it. LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST never reach an
 * external peer; unknown attributes leave with the Partial bit (RFC 4271 5). Equal attributes give equal octets.
 */
export function encodeAttributes(attributes: PathAttributes, terms: AttributeTerms, writer: Writer): void {
  const { unknown } = attributes;
  let next = 0;
  for (const row of attributeTable) {
    while (next < unknown.length && unknown[next]!.code < row.code) writeUnknown(unknown[next++]!, writer);
    row.encode(attributes, writer, terms);
  }
  while (next < unknown.length) writeUnknown(unknown[next++]!, writer);
}

function writeUnknown({ flags, code, value }: PathAttributes["unknown"][number], writer: Writer): void {
  writeAttributeHeader(writer, flags | attributeFlag.partial, code, value.length).bytes(value);
}
