import type { IPAMBlock, IPAMBlockAttribute } from "../datastore/model/ipam-block.ts";
import { invariant } from "../lib/error.ts";
import type { Address } from "../net/address.ts";
import { masked, nthAddress, type Prefix, parsePrefix, prefixKey, prefixSize } from "../net/prefix.ts";
import { withAttribute, withoutUnusedAttributes } from "./block-attribute.ts";
import type { Owner } from "./request.ts";

/** Passes over an ordinal although it is free: an IPReservation holds its address. */
export type Reserved = (address: Address) => boolean;

/**
 * A block without allocations. `sequence` is the nanoseconds since 1970 (Calico starts there, so that a block made anew
 * never repeats a number); `claimedAt` is RFC 3339 and only meant for a block that belongs to somebody.
 */
export function newBlock(cidr: Prefix, affinity: string | null, sequence: bigint, claimedAt?: string): IPAMBlock {
  const size = prefixSize(cidr);
  return {
    cidr: prefixKey(cidr),
    affinity,
    ...(affinity !== null && claimedAt !== undefined ? { affinity_claim_time: claimedAt } : {}),
    allocations: new Array<null>(size).fill(null),
    unallocated: Array.from({ length: size }, (_, ordinal) => ordinal),
    attributes: [],
    sequenceNumber: sequence,
    sequenceNumberForAllocation: {},
    deleted: false,
  };
}

/** The prefix of a block; @throws when its text is none, which a readable block never has. */
export function blockPrefix(block: IPAMBlock): Prefix {
  const prefix = parsePrefix(block.cidr);
  invariant(prefix, `block with cidr ${block.cidr}`);
  return masked(prefix);
}

/** Whether nobody owns an address of the block; one that only cools down counts as owned. */
export function isEmpty(block: IPAMBlock): boolean {
  return block.allocations.every((index) => index === null);
}

/** Who owns an ordinal, or undefined when it is free or only cools down. */
export function ownerAt(block: IPAMBlock, ordinal: number): IPAMBlockAttribute | undefined {
  const index = block.allocations[ordinal];
  const row = index === null || index === undefined ? undefined : (block.attributes[index] ?? {});
  return row?.releasedAt === undefined ? row : undefined;
}

/** The ordinals a handle owns, lowest first. What was released and only cools down is no longer owned. */
export function ordinalsOf(block: IPAMBlock, handle: string): readonly number[] {
  const mine = block.attributes.map((entry) => entry.handle_id === handle && entry.releasedAt === undefined);
  return block.allocations.flatMap((index, ordinal) => (index !== null && mine[index] ? [ordinal] : []));
}

/** How many free ordinals could be given out now. */
export function roomIn(block: IPAMBlock, reserved: Reserved): number {
  const cidr = blockPrefix(block);
  return block.unallocated.filter((ordinal) => !reserved(nthAddress(cidr, ordinal))).length;
}

/**
 * The block after its longest-free unreserved ordinal went to `owner`, or undefined when there is none. First in, first
 * out: an address is reused as late as possible, so that stale neighbours and connections have died before.
 */
export function assignNext(
  block: IPAMBlock,
  owner: Owner,
  reserved: Reserved,
): { readonly block: IPAMBlock; readonly ordinal: number } | undefined {
  const cidr = blockPrefix(block);
  const ordinal = block.unallocated.find((free) => !reserved(nthAddress(cidr, free)));
  return ordinal === undefined ? undefined : { block: assignAt(block, ordinal, owner), ordinal };
}

/**
 * The block after an ordinal that nobody owns went to `owner`; one that cools down may be asked for too. The allocation remembers the
 * sequence number it was made under.
 */
export function assignAt(block: IPAMBlock, ordinal: number, owner: Owner): IPAMBlock {
  invariant(ownerAt(block, ordinal) === undefined, `ordinal ${ordinal} of ${block.cidr} is not free`);
  const { attributes, index } = withAttribute(block.attributes, owner);
  const kept = withoutUnusedAttributes(block.allocations.with(ordinal, index), attributes);
  return {
    ...block,
    ...kept,
    unallocated: block.unallocated.filter((free) => free !== ordinal),
    sequenceNumberForAllocation: {
      ...block.sequenceNumberForAllocation,
      [ordinal]: block.sequenceNumber ?? 0n,
    },
  };
}

/** How many addresses of a block went back, by handle; those without a handle are not counted. */
export type Returned = ReadonlyMap<string, number>;

/**
 * The block after these ordinals were freed, each to the end of the queue; those that nobody owns are passed over. With `releasedAt`
 * (RFC 3339) they cool down instead: they keep a row of their last owner with that time, and are in no queue until `collect` puts them
 * there (Calico 3.33).
 */
export function release(
  block: IPAMBlock,
  ordinals: readonly number[],
  releasedAt?: string,
): { readonly block: IPAMBlock; readonly returned: Returned } {
  const returned = new Map<string, number>();
  const allocations = [...block.allocations];
  const sequences = { ...block.sequenceNumberForAllocation };
  const freed = new Set<number>();
  const rows = [...block.attributes];
  const cooling = new Map<IPAMBlockAttribute, number>();
  for (const ordinal of ordinals) {
    const owner = freed.has(ordinal) ? undefined : ownerAt(block, ordinal);
    if (!owner) continue;
    if (owner.handle_id) returned.set(owner.handle_id, (returned.get(owner.handle_id) ?? 0) + 1);
    if (releasedAt !== undefined && !cooling.has(owner)) cooling.set(owner, rows.push({ ...owner, releasedAt }) - 1);
    allocations[ordinal] = cooling.get(owner) ?? null;
    delete sequences[ordinal];
    freed.add(ordinal);
  }
  if (freed.size === 0) return { block, returned };
  const kept = withoutUnusedAttributes(allocations, rows);
  const unallocated = releasedAt === undefined ? [...block.unallocated, ...freed] : block.unallocated;
  return { block: { ...block, ...kept, unallocated, sequenceNumberForAllocation: sequences }, returned };
}

/** The block after everything that has cooled down long enough went to the end of the queue, longest released first. */
export function collect(block: IPAMBlock, isOver: (releasedAt: string) => boolean): IPAMBlock {
  const over = new Map<number, string>();
  for (const [index, { releasedAt }] of block.attributes.entries()) {
    if (releasedAt !== undefined && isOver(releasedAt)) over.set(index, releasedAt);
  }
  if (over.size === 0) return block;
  const freed = block.allocations.flatMap((index, ordinal) => {
    const since = index === null ? undefined : over.get(index);
    return since === undefined ? [] : [{ ordinal, since }];
  });
  freed.sort((x, y) => (x.since === y.since ? x.ordinal - y.ordinal : x.since < y.since ? -1 : 1));
  const allocations = block.allocations.map((index) => (index !== null && over.has(index) ? null : index));
  const kept = withoutUnusedAttributes(allocations, block.attributes);
  return { ...block, ...kept, unallocated: [...block.unallocated, ...freed.map(({ ordinal }) => ordinal)] };
}

/** The block as it must be written after a change: every write has a sequence number of its own. */
export function nextVersion(block: IPAMBlock): IPAMBlock {
  return { ...block, sequenceNumber: BigInt.asUintN(64, (block.sequenceNumber ?? 0n) + 1n) };
}

/** Whose block it is: `host:<node>`, `virtual:<name>`, or null; the field of Calico 2 is read as a host. */
export function affinityOf(block: IPAMBlock): string | null {
  return block.affinity || (block.hostAffinity ? `host:${block.hostAffinity}` : null);
}

/** The block taken from or given to somebody; `claimedAt` is left out for nobody. */
export function withAffinity(block: IPAMBlock, affinity: string | null, claimedAt?: string): IPAMBlock {
  const { affinity_claim_time: _time, hostAffinity: _legacy, ...rest } = block;
  return {
    ...rest,
    affinity,
    ...(affinity !== null && claimedAt !== undefined ? { affinity_claim_time: claimedAt } : {}),
  };
}
