import { attributeCode } from "../iana.ts";
import { type AttributeDescriptor, OPTIONAL, writeAttributeHeader } from "./descriptor.ts";
import { lengthFlaw, notFromExternal } from "./flaw.ts";
import { u32At } from "./octets.ts";

/** CLUSTER_LIST: the reflectors the route passed (RFC 4456 8; faults: RFC 7606 7.10). */
export const clusterList: AttributeDescriptor = {
  code: attributeCode.clusterList,
  name: "CLUSTER_LIST",
  flags: OPTIONAL,
  decode(buf, start, end, into, terms) {
    if (!terms.isInternal) return notFromExternal;
    const octets = end - start;
    if (octets === 0 || octets % 4 !== 0) return lengthFlaw("withdraw", octets, "a multiple of 4, not 0,");
    const ids: number[] = [];
    for (let at = start; at < end; at += 4) ids.push(u32At(buf, at));
    into.clusterList = ids;
    return undefined;
  },
  encode(attributes, writer, terms) {
    const ids = attributes.clusterList;
    if (ids.length === 0 || !terms.isInternal) return;
    writeAttributeHeader(writer, OPTIONAL, attributeCode.clusterList, ids.length * 4);
    for (const id of ids) writer.u32(id);
  },
};
