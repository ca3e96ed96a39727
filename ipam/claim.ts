import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { type Prefix, prefixKey } from "../net/prefix.ts";
import type { AffinityVerdict } from "./affinity.ts";
import { affinityOf, isEmpty, newBlock, withAffinity } from "./block.ts";
import type { Draft } from "./draft.ts";
import { parseTimestamp } from "./timestamp.ts";
import { type NodePorts, type NodeView, ownerText } from "./view.ts";

/**
 * Claims are two-phase in Calico: affinity pending, block, affinity confirmed. Ours are one commit that writes block and
 * confirmed affinity, so no crash of ours leaves a half; a Calico that meets the block finds what it would have written.
 */
const confirmed = { state: "confirmed", deleted: false } as const;
/** A block is left to its holder for this long after the claim even when it is empty (Calico: one minute). */
const reclaimAfterMs = 60_000;

/** Nanoseconds since 1970: where a new block's sequence numbers start. */
export function firstSequence(wall: number): bigint {
  return BigInt(Math.floor(wall)) * 1_000_000n;
}

/** Draws up the claim of a block that nobody has; undefined when the hints say that somebody does. */
export async function claimNew(draft: Draft, view: NodeView, cidr: Prefix): Promise<IPAMBlock | undefined> {
  if (await draft.block(cidr, "absent")) return undefined;
  await draft.affinity(ownerText(view), cidr, "absent");
  const wall = view.clock.wall();
  const block = newBlock(cidr, ownerText(view), firstSequence(wall), formatTimestamp(wall));
  draft.setBlock(cidr, block);
  holdBlock(draft, view, cidr, "free");
  return block;
}

/**
 * Draws up the taking over of an empty block: one that nobody holds, or whose holder claimed it over a minute ago and has
 * nothing in it. The holder's own next write fails then, and it reads again.
 */
export async function takeOver(
  draft: Draft,
  view: NodeView,
  cidr: Prefix,
  block: IPAMBlock,
): Promise<IPAMBlock | undefined> {
  const holder = affinityOf(block);
  const wall = view.clock.wall();
  if (!isEmpty(block) || !mayTake(block, wall)) return undefined;
  if (holder !== null) {
    await draft.affinity(holder, cidr);
    draft.setAffinity(holder, cidr, undefined);
  }
  await draft.affinity(ownerText(view), cidr, "absent");
  const taken = withAffinity(block, ownerText(view), formatTimestamp(wall));
  draft.setBlock(cidr, taken);
  holdBlock(draft, view, cidr, holder ?? "nobody");
  return taken;
}

/** Whether a block's holder, if it has one, has had it long enough. A holder of unknown age is left alone. */
function mayTake(block: IPAMBlock, wall: number): boolean {
  const holder = affinityOf(block);
  if (holder === null) return true;
  const claimed = parseTimestamp(block.affinity_claim_time ?? "");
  return holder.startsWith("host:") && claimed !== undefined && wall - claimed >= reclaimAfterMs;
}

function holdBlock(draft: Draft, view: NodeView, cidr: Prefix, from: string): void {
  draft.setAffinity(ownerText(view), cidr, confirmed);
  draft.claims.push(cidr);
  draft.afterwards(() => {
    view.holdings.add(cidr);
    view.tell({ fact: "ipam.block-claimed", node: view.node, block: prefixKey(cidr), from });
  });
}

/** Draws up the affinity of a block that says it is the node's while no affinity does. */
export async function adopt(draft: Draft, view: NodeView, cidr: Prefix): Promise<void> {
  await draft.affinity(ownerText(view), cidr);
  holdBlock(draft, view, cidr, view.node);
}

/** Draws up that a block is the node's no more: gone when empty, else without affinity and open to everybody. */
export async function letGo(draft: Draft, owner: string, cidr: Prefix, block: IPAMBlock): Promise<void> {
  draft.setBlock(cidr, isEmpty(block) ? undefined : withAffinity(block, null));
  await draft.affinity(owner, cidr);
  draft.setAffinity(owner, cidr, undefined);
}

/**
 * Draws up what sets a half-done claim or release of a Calico right (`AffinityVerdict`). `use` and `claim` need nothing
 * now: the latter is finished when the node wants a block.
 */
export async function repair(draft: Draft, ports: NodePorts, cidr: Prefix, verdict: AffinityVerdict): Promise<void> {
  if (verdict === "use" || verdict === "claim") return;
  const block = await draft.block(cidr);
  await draft.affinity(ownerText(ports), cidr);
  draft.pinBlock(cidr);
  if (verdict === "confirm") draft.setAffinity(ownerText(ports), cidr, confirmed);
  else if (verdict === "drop" || !block) draft.setAffinity(ownerText(ports), cidr, undefined);
  else await letGo(draft, ownerText(ports), cidr, block);
  const { node, tell } = ports;
  draft.afterwards(() => tell({ fact: "ipam.affinity-repaired", node, block: prefixKey(cidr), done: verdict }));
}
