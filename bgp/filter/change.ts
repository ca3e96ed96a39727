import { Writer } from "../../lib/writer.ts";
import { prependAs } from "../attribute/as-path.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import type { PathAttributes } from "../attribute/path-attributes.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import { extendedKey, largeKey, without } from "./combine.ts";
import type { Change } from "./filter.ts";

/** What stored blocks are written in. */
const storedTerms = { fourOctetAs: true, isInternal: true } as const;

/** The change with `addMed` worked out into `med`, for a route whose MED is `med` (0 when it has none). */
export function settled(change: Change, med: number): Change {
  if (change.addMed === undefined) return change;
  const { addMed, ...rest } = change;
  return { ...rest, med: Math.min(0xffffffff, Math.max(0, (change.med ?? med) + addMed)) };
}

/** Whether a change says more than an attribute block takes in one pass (`BlockEdit`), so that `rewritten` comes first. */
export function isWide(change: Change): boolean {
  return (
    (change.prependAsns ??
      change.addLargeCommunities ??
      change.removeLargeCommunities ??
      change.addExtendedCommunities ??
      change.removeExtendedCommunities) !== undefined
  );
}

/**
 * The block with that part of a change which `isWide` asks for: large and extended communities, and AS numbers of others in
 * front of AS_PATH; `own` among them is `localAsn`. The rest of the change is still to be done, and goes in front. The
 * block comes out sorted by code.
 */
export function rewritten(block: Uint8Array, change: Change | undefined, localAsn: number): Uint8Array {
  const { attributes } = decodeAttributes(block, 0, block.length, storedTerms);
  const writer = new Writer(512);
  if (block[1] === attributeCode.mpReach) {
    const isLong = (block[0]! & attributeFlag.extendedLength) !== 0;
    const end = isLong ? 4 + ((block[2]! << 8) | block[3]!) : 3 + block[2]!;
    writer.bytes(block.subarray(0, end));
  }
  if (attributes) encodeAttributes(change ? widely(attributes, change, localAsn) : attributes, storedTerms, writer);
  return writer.take();
}

function widely(attributes: PathAttributes, change: Change, localAsn: number): PathAttributes {
  let { asPath } = attributes;
  for (const asn of [...(change.prependAsns ?? [])].reverse())
    asPath = prependAs(asPath, asn === "own" ? localAsn : asn);
  return {
    ...attributes,
    asPath,
    largeCommunities: changedList(
      attributes.largeCommunities,
      change.removeLargeCommunities,
      change.addLargeCommunities,
      largeKey,
    ),
    extendedCommunities: changedList(
      attributes.extendedCommunities,
      change.removeExtendedCommunities,
      change.addExtendedCommunities,
      extendedKey,
    ),
  };
}

function changedList<T>(
  list: readonly T[],
  remove: readonly T[] | "all" | undefined,
  add: readonly T[] | undefined,
  keyOf: (one: T) => unknown,
): readonly T[] {
  const added = add ?? [];
  return [...(remove === "all" ? [] : without(list, [...(remove ?? []), ...added], keyOf)), ...added];
}
