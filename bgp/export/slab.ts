/** For whom a part of a slab is: everybody in the group but one peer, or only that one. */
export type Audience = number;

/** Bit of an audience that says "only". */
const only = 0x10000;

/** Everybody but the peer of this index; `noPeer` for everybody. */
export function allBut(peer: number): Audience {
  return peer;
}

/** Nobody but the peer of this index. */
export function justFor(peer: number): Audience {
  return peer | only;
}

/** Whether the peer of an index belongs to an audience. */
export function isFor(audience: Audience, peer: number): boolean {
  return (audience & only) === 0 ? audience !== peer : (audience & 0xffff) === peer;
}

/** Messages in a row with one audience. */
export interface SlabPart {
  readonly audience: Audience;
  /** A peer that is left out beside: the next hop of the routes is its own address. `noPeer` for none. */
  readonly owner: number;
  /** Only withdrawals; otherwise only announcements. */
  readonly isWithdrawal: boolean;
  readonly start: number;
  end: number;
}

/** Messages encoded once for a whole update group; never written into again, since sockets keep it. */
export interface Slab {
  readonly bytes: Uint8Array;
  readonly parts: readonly SlabPart[];
}

/** The octets of a slab that a peer gets, in order: neighbouring parts as one view. */
export function* partsFor(slab: Slab, peer: number, onlyWithdrawals = false): Generator<Uint8Array> {
  let start = -1;
  let end = -1;
  for (const part of slab.parts) {
    if (!isFor(part.audience, peer) || part.owner === peer || (onlyWithdrawals && !part.isWithdrawal)) continue;
    if (part.start !== end) {
      if (start >= 0) yield slab.bytes.subarray(start, end);
      start = part.start;
    }
    end = part.end;
  }
  if (start >= 0) yield slab.bytes.subarray(start, end);
}
