import { attributeFlag, attributeCode as code } from "../iana.ts";

/** A copy of an attribute block, well formed, that ascends by code, MP_REACH_NLRI in front: as `BlockEditor` needs it. */
export function sortedBlock(block: Uint8Array): Uint8Array {
  const runs: { readonly rank: number; readonly octets: Uint8Array }[] = [];
  for (let at = 0; at < block.length; ) {
    const isLong = (block[at]! & attributeFlag.extendedLength) !== 0;
    const length = isLong ? 4 + ((block[at + 2]! << 8) | block[at + 3]!) : 3 + block[at + 2]!;
    const rank = block[at + 1] === code.mpReach ? 0 : block[at + 1]!;
    runs.push({ rank, octets: block.subarray(at, at + length) });
    at += length;
  }
  const out = new Uint8Array(block.length);
  let end = 0;
  for (const { octets } of runs.sort((x, y) => x.rank - y.rank)) {
    out.set(octets, end);
    end += octets.length;
  }
  return out;
}
