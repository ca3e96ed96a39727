import { attributeCode, reservedAsn, updateError } from "../iana.ts";
import { type AsPath, asPathLength, isConfed, type Segment, withoutConfed } from "./as-path.ts";
import { asPathOctets, readAsPath, writeAsPath } from "./as-path-codec.ts";
import { type AttributeDescriptor, type Draft, OPTIONAL_TRANSITIVE, writeAttributeHeader } from "./descriptor.ts";

/**
 * AS4_PATH: the path in four-octet numbers, carried past speakers that know two octets only (RFC 6793 3; faults: its
 * section 6). Between speakers that know four, it is not looked at.
 */
export const as4Path: AttributeDescriptor = {
  code: attributeCode.as4Path,
  name: "AS4_PATH",
  flags: OPTIONAL_TRANSITIVE,
  decode(buf, start, end, into, terms) {
    if (terms.fourOctetAs) return undefined;
    const path = end - start < 6 ? `${end - start} octets: at least 6 expected` : readAsPath(buf, start, end, 4);
    if (typeof path === "string") return { action: "discard", subcode: updateError.optional, why: path };
    into.as4Path = withoutConfed(path);
    return undefined;
  },
  encode(attributes, writer, terms) {
    if (terms.fourOctetAs) return;
    const path = withoutConfed(attributes.asPath);
    if (!path.some((segment) => segment.asns.some((asn) => asn > 0xffff))) return;
    writeAttributeHeader(writer, OPTIONAL_TRANSITIVE, attributeCode.as4Path, asPathOctets(path, 4));
    writeAsPath(writer, path, 4);
  },
};

/**
 * The path that a two-octet speaker meant (RFC 6793 4.2.3): AS4_PATH behind the leading part of AS_PATH by which that is
 * longer, or AS_PATH alone when it is shorter.
 */
export function mergeAs4Path(path: AsPath, as4: AsPath): AsPath {
  let surplus = asPathLength(path) - asPathLength(as4);
  if (surplus < 0) return path;
  const leading: Segment[] = [];
  for (const segment of path) {
    if (surplus <= 0 && !isConfed(segment)) break;
    if (segment.kind === "sequence" && segment.asns.length > surplus) {
      leading.push({ kind: "sequence", asns: segment.asns.slice(0, surplus) });
      surplus = 0;
      break;
    }
    leading.push(segment);
    surplus -= asPathLength([segment]);
  }
  return joinSequences([...leading, ...as4]);
}

/** One sequence where two meet, as long as they fit. */
function joinSequences(path: AsPath): AsPath {
  const joined: Segment[] = [];
  for (const segment of path) {
    const last = joined.at(-1);
    const fits =
      last?.kind === "sequence" && segment.kind === "sequence" && last.asns.length + segment.asns.length <= 255;
    if (last && fits) joined[joined.length - 1] = { kind: "sequence", asns: [...last.asns, ...segment.asns] };
    else joined.push(segment);
  }
  return joined;
}

/**
 * Makes path and aggregator whole from their AS4 twins. An AGGREGATOR that does not say AS_TRANS was set by a speaker
 * that did not keep the twins up to date, so both are ignored (RFC 6793 4.2.3).
 */
export function mergeAs4(draft: Draft): void {
  if (draft.aggregator && draft.as4Aggregator && draft.aggregator.asn !== reservedAsn.trans) return;
  if (draft.aggregator && draft.as4Aggregator) draft.aggregator = draft.as4Aggregator;
  if (draft.as4Path) draft.asPath = mergeAs4Path(draft.asPath, draft.as4Path);
}
