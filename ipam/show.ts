import { parseIpamPath } from "../datastore/ipam-key.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { Entry } from "../datastore/store.ts";
import type { Address } from "../net/address.ts";
import { comparePrefixes, covers, nthAddress, ordinalOf, type Prefix, prefixSize } from "../net/prefix.ts";
import { affinityOf, ownerAt } from "./block.ts";
import { Unreadable } from "./error.ts";
import type { Pool } from "./pool.ts";
import { reservedBy } from "./settings.ts";
import { readBlock } from "./stored.ts";

/** How full a pool or a block is. IPv6 pools may hold more than 2^53; counts of addresses are floats then. */
export interface Usage {
  readonly grouping: "IP Pool" | "Block";
  readonly cidr: Prefix;
  readonly total: number;
  readonly inUse: number;
  /** Held back by an IPReservation; an address given out before it was reserved counts here and in `inUse`. */
  readonly reserved: number;
  readonly free: number;
}

/** One address that a node uses out of a block that is not its own. */
export interface Borrowed {
  readonly address: Address;
  readonly node: string;
  readonly block: Prefix;
  /** `host:<node>` without `host:`, or empty when nobody holds the block. */
  readonly blockOwner: string;
  readonly type: string;
  readonly allocatedTo: string;
}

/** One address as the books have it. */
export interface Allocation {
  readonly address: Address;
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A block and where it lies. */
export interface PlacedBlock {
  readonly cidr: Prefix;
  readonly block: IPAMBlock;
}

/** The readable blocks among entries, in address order. Unreadable ones are left out; `checkIpam` names them. */
export function blocksIn(entries: readonly Entry[]): readonly PlacedBlock[] {
  const found = entries.flatMap((entry): PlacedBlock[] => {
    const key = parseIpamPath(entry.key);
    if (key?.kind !== "block") return [];
    try {
      const block = readBlock(entry);
      return block ? [{ cidr: key.cidr, block }] : [];
    } catch (error) {
      if (error instanceof Unreadable) return [];
      throw error;
    }
  });
  return found.sort((x, y) => comparePrefixes(x.cidr, y.cidr));
}

/** How many addresses of `within` lie in at least one of the reservations. */
function reservedIn(within: Prefix, reservations: readonly Prefix[]): number {
  const widest = reservations.filter(
    (one, i) => !reservations.some((other, j) => i !== j && covers(other, one) && !(covers(one, other) && i < j)),
  );
  const sizes = widest.map((one) =>
    covers(one, within) ? prefixSize(within) : covers(within, one) ? prefixSize(one) : 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function blockUsage({ cidr, block }: PlacedBlock, reservations: readonly Prefix[]): Usage {
  const isReserved = reservedBy(reservations);
  const inUse = block.allocations.filter((index) => index !== null).length;
  const free = block.unallocated.filter((ordinal) => !isReserved(nthAddress(cidr, ordinal))).length;
  return { grouping: "Block", cidr, total: prefixSize(cidr), inUse, reserved: reservedIn(cidr, reservations), free };
}

/** One row for each pool, in order of CIDRs, each followed by rows of its blocks when `withBlocks`. */
export function usageOf(
  pools: readonly Pool[],
  blocks: readonly PlacedBlock[],
  reservations: readonly Prefix[],
  withBlocks: boolean,
): readonly Usage[] {
  const ordered = [...pools].sort((x, y) => comparePrefixes(x.cidr, y.cidr));
  return ordered.flatMap(({ cidr }) => {
    const rows = blocks.filter((one) => covers(cidr, one.cidr)).map((one) => blockUsage(one, reservations));
    const sum = (count: (row: Usage) => number): number => rows.reduce((total, row) => total + count(row), 0);
    const [total, reserved, inUse] = [prefixSize(cidr), reservedIn(cidr, reservations), sum((row) => row.inUse)];
    // Of what no block covers yet, everything is free but the reserved.
    const uncovered = total - sum((row) => row.total) - (reserved - sum((row) => row.reserved));
    const free = uncovered + sum((row) => row.free);
    const whole: Usage = { grouping: "IP Pool", cidr, total, inUse, reserved, free };
    return withBlocks ? [whole, ...rows] : [whole];
  });
}

/** What an allocation is for, in calicoctl's words, and to whom it went. */
function purpose(attributes: Readonly<Record<string, string>>): readonly [string, string] {
  const namespace = attributes["namespace"] ?? "";
  const machine = attributes["vmi-name"];
  if (machine !== undefined) return ["vmi", `${namespace}/${machine}`];
  const pod = attributes["pod"];
  return pod === undefined ? [attributes["type"] ?? "", ""] : ["pod", `${namespace}/${pod}`];
}

/** Every address that a node has from a block which another node, or nobody, holds; in address order. */
export function borrowedIn(blocks: readonly PlacedBlock[]): readonly Borrowed[] {
  return blocks.flatMap(({ cidr, block }) => {
    const holder = affinityOf(block) ?? "";
    return block.allocations.flatMap((_, ordinal): Borrowed[] => {
      const owner = ownerAt(block, ordinal);
      const node = owner?.secondary?.["node"];
      if (!owner || node === undefined || holder === `host:${node}`) return [];
      const [type, allocatedTo] = purpose(owner.secondary ?? {});
      const blockOwner = holder.replace(/^host:/, "");
      return [{ address: nthAddress(cidr, ordinal), node, block: cidr, blockOwner, type, allocatedTo }];
    });
  });
}

/** Who has an address, or undefined when nobody does. */
export function allocationOf(blocks: readonly PlacedBlock[], address: Address): Allocation | undefined {
  const placed = blocks.find(({ cidr }) => covers(cidr, address));
  const owner = placed && ownerAt(placed.block, ordinalOf(placed.cidr, address));
  return owner && { address, handle: owner.handle_id ?? "", attributes: owner.secondary ?? {} };
}
