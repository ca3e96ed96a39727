import type { Buckets } from "./buckets.ts";

/** One route that a group was told of. */
export interface ToldRoute {
  /** The exported set. */
  readonly set: number;
  /** Index of the peer it came from, who alone was not told. */
  readonly source: number;
  /** Its identifier (RFC 7911), 0 without. */
  readonly pathId: number;
}

/**
 * What a group of peers was told (Adj-RIB-Out, RFC 4271 3.2), as its update group needs it: `AdjRibOut` for one path a
 * prefix, `AddPathRibOut` for several.
 */
export interface RibOut {
  /** How many routes the group was told of. */
  readonly size: number;
  /** Whether nothing is left to be looked at. */
  readonly isSettled: boolean;
  /** Octets of memory. */
  readonly bytes: number;
  /** How many of the routes were not sent to a peer: it is their source, or `isOwner` of their exported set. O(routes). */
  countHidden(peer: number, isOwner: (set: number) => boolean): number;
  /** What was sent of a prefix, for people. */
  told(prefix: number): readonly ToldRoute[];
  /** What may be sent of a prefix changed. */
  touch(prefix: number): void;
  /** Begins with what another group of the same kind has sent, to say all of it again. */
  repeat(other: RibOut): void;
  /** Puts what has to be said of a batch of prefixes into the buckets; they stay what they are until `finish`. */
  fill(buckets: Buckets, isMember: (peer: number) => boolean): void;
  /** The batch is packed. */
  finish(): void;
  /** The group is no more. */
  close(): void;
  /** Cuts what is known by prefix to ids below `limit`, which are all there are; only when nothing waits. */
  trim(limit: number): void;
}
