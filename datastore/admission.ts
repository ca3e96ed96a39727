import { overlaps, parsePrefix } from "../net/prefix.ts";
import { blocksPrefix, parseIpamPath } from "./ipam-key.ts";
import type { IPPool } from "./model/ip-pool.ts";
import { poolBlockSize } from "./model/ip-pool-check.ts";
import { defaultTier } from "./model/policy-spec.ts";
import type { Resource } from "./model/schemas.ts";
import { poolOverlaps } from "./pool-overlap.ts";
import type { Problem } from "./problem.ts";
import type { Store } from "./store.ts";

/** Tiers that every cluster has and nobody may delete. */
const builtInTiers: ReadonlySet<string> = new Set([defaultTier, "kube-admin", "kube-baseline"]);

/** Blocks of another size that lie in a new pool already: they would never be used up. */
async function foreignBlocks(pool: IPPool, store: Store): Promise<readonly Problem[]> {
  const cidr = parsePrefix(pool.spec.cidr);
  const size = poolBlockSize(pool.spec);
  const { entries } = await store.list(blocksPrefix);
  for (const entry of entries) {
    const key = parseIpamPath(entry.key);
    if (!cidr || key?.kind !== "block" || !overlaps(cidr, key.cidr) || key.cidr.length === size) continue;
    const want = `there are blocks of size ${key.cidr.length} in ${pool.spec.cidr}; ${key.cidr.length} would be right`;
    return [{ object: `IPPool(${pool.metadata.name})`, field: "spec.blockSize", value: size, want }];
  }
  return [];
}

/** What keeps a pool from being created beside what is there: other pools, and blocks of another size. */
export async function poolProblems(pool: IPPool, pools: readonly IPPool[], store: Store): Promise<readonly Problem[]> {
  return [...poolOverlaps(pool, pools), ...(await foreignBlocks(pool, store))];
}

/** What keeps an object from being changed from `before` to `after`: what may not change. */
export function changeProblems(before: Resource, after: Resource): readonly Problem[] {
  if (before.kind !== "IPPool" || after.kind !== "IPPool") return [];
  const object = `IPPool(${after.metadata.name})`;
  const problems: Problem[] = [];
  if (before.spec.cidr !== after.spec.cidr) {
    const want = `may not change; ${before.spec.cidr} would be right`;
    problems.push({ object, field: "spec.cidr", value: after.spec.cidr, want });
  }
  const [size, given] = [poolBlockSize(before.spec), poolBlockSize(after.spec)];
  if (size !== given)
    problems.push({ object, field: "spec.blockSize", value: given, want: `may not change; ${size} would be right` });
  return problems;
}

/** What keeps an object from being deleted: built-in tiers, and tiers that hold policies. */
export function deletionProblems(resource: Resource, tiersInUse: ReadonlySet<string>): readonly Problem[] {
  if (resource.kind !== "Tier") return [];
  const { name } = resource.metadata;
  const object = `Tier(${name})`;
  if (builtInTiers.has(name))
    return [{ object, field: "", value: undefined, want: "it is built in and cannot be deleted" }];
  if (!tiersInUse.has(name)) return [];
  return [{ object, field: "", value: undefined, want: "it holds policies; delete those first" }];
}
