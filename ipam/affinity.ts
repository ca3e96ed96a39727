import { affinityState, type BlockAffinity } from "../datastore/model/block-affinity.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { affinityOf, isEmpty } from "./block.ts";

/**
 * What an affinity and its block, read together, call for. Ours are written in one commit, but Calico writes
 * pending → block → confirmed and pendingDeletion → block → gone in steps, and may die between any two.
 *
 * - `use`: confirmed, and the block says so too.
 * - `confirm`: the block is ours, the affinity still pending: the last step is missing.
 * - `claim`: the affinity is there, the block is not: the claim can be finished.
 * - `drop`: the block is somebody else's, or the affinity was on its way out and the block is gone: delete the affinity.
 * - `finish-release`: on its way out with the block still ours and empty: delete both.
 * - `let-go`: on its way out with addresses in the block: the block loses its affinity, the affinity goes.
 */
export type AffinityVerdict = "use" | "confirm" | "claim" | "drop" | "finish-release" | "let-go";

/** Judges an affinity of `owner` (`host:<node>`) against its block as stored, undefined when there is none. */
export function judgeAffinity(affinity: BlockAffinity, block: IPAMBlock | undefined, owner: string): AffinityVerdict {
  const state = affinityState(affinity);
  const leaving = state === "pendingDeletion" || affinity.deleted === true;
  if (!block) return leaving ? "drop" : "claim";
  if (affinityOf(block) !== owner) return "drop";
  if (leaving) return isEmpty(block) ? "finish-release" : "let-go";
  return state === "pending" ? "confirm" : "use";
}
