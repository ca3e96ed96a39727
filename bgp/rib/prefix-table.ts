import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import { Ipv4PrefixTable } from "./ipv4-prefix-table.ts";
import { Ipv6PrefixTable } from "./ipv6-prefix-table.ts";

/**
 * Destinations of one family ↔ small dense ids, so that every other fact about a destination is a column.
 * Ids start at 1; 0 means none. An id lives while somebody holds it and is given out again afterwards. Addresses are
 * words as in `net/address`, host bits already cleared; an IPv4 prefix has its address in `a` and zeros behind it.
 */
export interface PrefixTable {
  readonly family: Family;
  /** How many ids are in use. */
  readonly size: number;
  /** Every id in use is smaller than this; columns beside this table are at least this long. */
  readonly limit: number;
  /** Octets of memory of all columns. */
  readonly bytes: number;
  /** The id of a prefix, or 0 when the table does not know it. */
  find(a: number, b: number, c: number, d: number, length: number): number;
  /** The id of a prefix, given one if it has none. A new id is held by nobody: the caller holds it. */
  intern(a: number, b: number, c: number, d: number, length: number): number;
  /** One more reason for this id to stay. */
  hold(id: number): void;
  /** One reason less; without any the id is free for another prefix. */
  drop(id: number): void;
  /** How many reasons an id has to stay; 0 means that it is free. */
  holds(id: number): number;
  /** The prefix of an id in use. */
  prefix(id: number): Prefix;
  /**
   * Gives memory back where few prefixes are left and the highest ids are among those that are free: `limit` is smaller
   * then, and columns beside this table may be cut to it. O(ids) when it tries; whether it did.
   */
  trim(): boolean;
  /** Writes the prefix as NLRI (RFC 4271 4.3: length, then as many octets as the length needs); the new end. */
  writeNlri(id: number, out: Uint8Array, at: number): number;
}

/** An empty table for a family. */
export function prefixTable(family: Family): PrefixTable {
  return family === "ipv4" ? new Ipv4PrefixTable() : new Ipv6PrefixTable();
}
