import { overlaps, parsePrefix } from "../net/prefix.ts";
import type { IPPool } from "./model/ip-pool.ts";
import type { Problem } from "./problem.ts";

/** What keeps a pool from being created beside others: its addresses may belong to no other pool. */
export function poolOverlaps(pool: IPPool, others: readonly IPPool[]): readonly Problem[] {
  const cidr = parsePrefix(pool.spec.cidr);
  return others.flatMap((other): Problem[] => {
    const theirs = parsePrefix(other.spec.cidr);
    if (other.metadata.name === pool.metadata.name || !cidr || !theirs || !overlaps(cidr, theirs)) return [];
    const want = `overlaps IPPool(${other.metadata.name}), ${other.spec.cidr}; a CIDR outside it would be right`;
    return [{ object: `IPPool(${pool.metadata.name})`, field: "spec.cidr", value: pool.spec.cidr, want }];
  });
}
