import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { nthAddress, ordinalOf, type Prefix, parsePrefix, prefixKey } from "../net/prefix.ts";
import { affinityOf, isEmpty, ordinalsOf, ownerAt, release } from "./block.ts";
import { letGo } from "./claim.ts";
import { releaseTime, thawed } from "./cooldown.ts";
import type { Draft } from "./draft.ts";
import { BadHandle, BadSequenceNumber } from "./error.ts";
import { blocksOf, handleMinus } from "./handle.ts";
import { blockAt, poolOver } from "./pool.ts";
import type { ReleaseRequest } from "./request.ts";
import { type NodeView, ownerText } from "./view.ts";

/** A handle in more blocks than this is released in several commits, each of them whole. */
const blocksPerCommit = 16;

/** What one commit gave back of a handle, and whether there is more. */
export interface HandleReleased {
  readonly addresses: readonly Address[];
  readonly more: boolean;
}

/** Draws up the release of everything a handle holds, at most 16 blocks of it. Nothing there is nothing wrong. */
export async function releaseHandle(draft: Draft, view: NodeView, id: string): Promise<HandleReleased> {
  const handle = (await draft.handle(id)) ?? (await draft.handle(id, "store"));
  if (!handle) return { addresses: [], more: false };
  const all = blocksOf(handle);
  const addresses: Address[] = [];
  let left = handle as typeof handle | undefined;
  for (const key of all.slice(0, blocksPerCommit)) {
    const cidr = parsePrefix(key);
    const block = cidr && (await blockWith(draft, cidr, (one) => ordinalsOf(one, id).length > 0));
    const ordinals = block ? ordinalsOf(block, id) : [];
    for (const ordinal of ordinals) addresses.push(nthAddress(cidr!, ordinal));
    if (ordinals.length > 0) await freeIn(draft, view, cidr!, block!, ordinals);
    // The handle forgets the block only if the block still knows nothing of the handle when that happens.
    else if (cidr) draft.pinBlock(cidr);
    // Whatever the handle counted there: no ordinal of it is left.
    left = left && handleMinus(left, key, Number.POSITIVE_INFINITY);
  }
  draft.setHandle(id, left);
  return { addresses, more: left !== undefined };
}

/** The block if it is as expected by the hint or, failing that, by the store's word. */
async function blockWith(
  draft: Draft,
  cidr: Prefix,
  expected: (block: IPAMBlock) => boolean,
): Promise<IPAMBlock | undefined> {
  const hinted = await draft.block(cidr);
  return hinted && expected(hinted) ? hinted : draft.block(cidr, "store");
}

/**
 * Draws up the release of one address. Answers false when nobody has it.
 * @throws BadHandle, BadSequenceNumber when it is not the allocation that was meant
 */
async function releaseAddress(draft: Draft, view: NodeView, request: ReleaseRequest): Promise<boolean> {
  const { address } = request;
  const cidr = await blockHolding(draft, view, address);
  const block = cidr && (await blockWith(draft, cidr, (one) => ownerAt(one, ordinalOf(cidr, address)) !== undefined));
  const owner = block && ownerAt(block, ordinalOf(cidr, address));
  if (!owner) return false;
  const ordinal = ordinalOf(cidr, address);
  const handle = owner.handle_id ?? "";
  if (request.handle !== undefined && request.handle !== handle) {
    throw new BadHandle(formatAddress(address), request.handle, handle);
  }
  const sequence = block.sequenceNumberForAllocation?.[ordinal] ?? 0n;
  if (request.sequenceNumber !== undefined && request.sequenceNumber !== sequence) {
    throw new BadSequenceNumber(formatAddress(address), request.sequenceNumber, sequence);
  }
  if (handle !== "") {
    // That a handle is missing, only the store may say, and it must stay so: else the address would go and the count stay.
    const counted = (await draft.handle(handle)) ?? (await draft.handle(handle, "store"));
    if (counted) draft.setHandle(handle, handleMinus(counted, prefixKey(cidr), 1));
    else draft.pinHandle(handle);
  }
  await freeIn(draft, view, cidr, block, [ordinal]);
  return true;
}

/** Draws up the release of several addresses; answers those that nobody has. @throws BadHandle, BadSequenceNumber */
export async function releaseSome(
  draft: Draft,
  view: NodeView,
  requests: readonly ReleaseRequest[],
): Promise<readonly Address[]> {
  const free: Address[] = [];
  for (const request of requests) if (!(await releaseAddress(draft, view, request))) free.push(request.address);
  return free;
}

/** The block an address lies in: by its pool, or by looking through all blocks when the pool is gone. */
async function blockHolding(draft: Draft, view: NodeView, address: Address): Promise<Prefix | undefined> {
  const pool = poolOver(view.settings.pools, address);
  const cidr = pool && blockAt(pool, address);
  if (cidr && (await draft.block(cidr))) return cidr;
  return (await view.holdings.survey(address.family)).lookup(address)?.prefix ?? cidr;
}

/**
 * Draws up that ordinals become free, and what follows: an empty block of nobody's goes; an empty block of this node's
 * goes too unless it is the last, so that a node keeps one to serve from.
 */
async function freeIn(
  draft: Draft,
  view: NodeView,
  cidr: Prefix,
  block: IPAMBlock,
  ordinals: readonly number[],
): Promise<void> {
  const after = release(thawed(block, view), ordinals, releaseTime(view)).block;
  draft.setBlock(cidr, after);
  // Whether it cools down was decided by this configuration.
  draft.restOn(ipamConfigPath, view.settings.configRevision);
  if (!isEmpty(after)) return;
  const holder = affinityOf(after);
  if (holder === null) draft.setBlock(cidr, undefined);
  else if (holder === ownerText(view) && (await keepsAnother(draft, view, cidr))) {
    await releaseBlock(draft, view, cidr, after, "empty");
  }
}

async function keepsAnother(draft: Draft, view: NodeView, cidr: Prefix): Promise<boolean> {
  for (const other of await view.holdings.own(cidr.family)) {
    if (prefixKey(other) === prefixKey(cidr)) continue;
    const block = await draft.block(other);
    if (block && affinityOf(block) === ownerText(view)) return true;
  }
  return false;
}

/** Draws up that the node gives a block up. */
export async function releaseBlock(
  draft: Draft,
  view: NodeView,
  cidr: Prefix,
  block: IPAMBlock,
  why: string,
): Promise<void> {
  await letGo(draft, ownerText(view), cidr, block);
  draft.afterwards(() => {
    view.holdings.drop(cidr);
    view.tell({ fact: "ipam.block-released", node: view.node, block: prefixKey(cidr), why });
  });
}
