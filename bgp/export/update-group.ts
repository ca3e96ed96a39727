import type { AttributeStore } from "../rib/attribute-store.ts";
import { noPeer, type PeerTable } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import { AddPathRibOut } from "./add-path-rib-out.ts";
import { AdjRibOut } from "./adj-rib-out.ts";
import type { Buckets } from "./buckets.ts";
import type { ExportPolicy } from "./export-policy.ts";
import { NextHopOwners } from "./next-hop-owners.ts";
import { UpdatePacker } from "./pack.ts";
import type { RibOut, ToldRoute } from "./rib-out.ts";
import { type Audience, isFor, justFor, partsFor, type Slab } from "./slab.ts";

/** Slabs that a slow member may lie behind before it is split off. */
export const ringSize = 32;

/** A peer as its update group sees it. */
export interface GroupMember {
  /** Its index in the RIB. */
  readonly peer: number;
  /** Whole messages for its session; false when there is no room for more until it says so. */
  send(bytes: Uint8Array): boolean;
  /** It asked for everything again: from now on that is what it is sent, until `onSynced` (RFC 2918, RFC 7313). */
  onRefresh(): void;
  /** It was told everything there is: End-of-RIB is due, the first time (RFC 4724 2). Once more for every `onRefresh`. */
  onSynced(): void;
}

interface Seat {
  readonly member: GroupMember;
  /** Number of the next slab it gets. */
  cursor: number;
  hasRoom: boolean;
  isSynced: boolean;
}

/**
 * Peers that are sent the same: one Adj-RIB-Out, and a ring of slabs encoded once, from which each member is served at
 * its own pace. Nothing new is encoded while every member is busy, so changes coalesce; a member that would hold up the
 * ring is given up to the caller.
 */
export class UpdateGroup {
  readonly policy: ExportPolicy;
  readonly adjRibOut: RibOut;
  readonly #seats = new Map<number, Seat>();
  readonly #slabs: Slab[] = [];
  readonly #packer: UpdatePacker;
  readonly #buckets: Buckets;
  /** Number of the first slab in the ring. */
  #base = 0;
  /** Absent where every route points to us. */
  readonly #owners: NextHopOwners | undefined;
  readonly #store: AttributeStore;
  /** The peer asked for last, and whether it sits here: neighbouring prefixes mostly have one source. */
  #asked = -1;
  #isSeated = false;
  readonly #isMember = (peer: number): boolean => {
    if (peer !== this.#asked) {
      this.#asked = peer;
      this.#isSeated = this.#seats.has(peer);
    }
    return this.#isSeated;
  };

  constructor(rib: Rib, store: AttributeStore, peers: PeerTable, policy: ExportPolicy, buckets: Buckets) {
    const { terms } = policy;
    this.policy = policy;
    this.adjRibOut =
      terms.addPath === undefined
        ? new AdjRibOut(rib, store, policy)
        : new AddPathRibOut(rib, store, policy, terms.addPath);
    this.#buckets = buckets;
    this.#store = store;
    this.#owners = policy.mayNameOthers ? new NextHopOwners(peers) : undefined;
    this.#packer = new UpdatePacker(terms, store, rib.prefixes, (slab) => this.#slabs.push(slab), buckets.room);
  }

  get size(): number {
    return this.#seats.size;
  }

  /** Nobody was told anything yet, so a newcomer has missed nothing. */
  get isPristine(): boolean {
    return this.#base === 0 && this.#slabs.length === 0 && this.adjRibOut.size === 0;
  }

  /** Everybody was told everything. */
  get isQuiet(): boolean {
    if (!this.adjRibOut.isSettled || this.#slabs.length > 0) return false;
    for (const seat of this.#seats.values()) if (!seat.isSynced) return false;
    return true;
  }

  get queuedSlabs(): number {
    return this.#slabs.length;
  }

  get bytes(): number {
    return this.adjRibOut.bytes + this.#slabs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  members(): number[] {
    return [...this.#seats.keys()].sort((x, y) => x - y);
  }

  has(peer: number): boolean {
    return this.#seats.has(peer);
  }

  /** How many routes a member has been told of. */
  advertised(peer: number): number {
    const isOwner = (set: number): boolean => this.#owners?.ownerOf(this.#store, set) === peer;
    return this.adjRibOut.size - this.adjRibOut.countHidden(peer, isOwner);
  }

  /** What a member has been told of a prefix, for people. */
  told(peer: number, prefix: number): readonly ToldRoute[] {
    const isOwner = (set: number): boolean => this.#owners?.ownerOf(this.#store, set) === peer;
    return this.adjRibOut.told(prefix).filter(({ set, source }) => source !== peer && !isOwner(set));
  }

  /** Takes in a peer that was told exactly what the group has sent so far. */
  join(member: GroupMember, { isSynced = false, hasRoom = true } = {}): void {
    const cursor = this.#base + this.#slabs.length;
    this.#seats.set(member.peer, { member, cursor, hasRoom, isSynced });
    this.#owners?.add(member.peer);
  }

  /** Lets a peer go; whether its session had room for more, or undefined when it was not here. */
  leave(peer: number): { readonly member: GroupMember; readonly hasRoom: boolean } | undefined {
    const seat = this.#seats.get(peer);
    this.#seats.delete(peer);
    this.#owners?.delete(peer);
    this.#trim();
    return seat;
  }

  /** The session of a member has room again. */
  drained(peer: number): void {
    const seat = this.#seats.get(peer);
    if (seat) seat.hasRoom = true;
  }

  /**
   * Serves members until all are busy or everything is said, encoding at most `budget` batches. Answers whether there is
   * more that could be done at once. `mayFinish`: the Loc-RIB is complete, so that End-of-RIB may be said.
   */
  pump(budget: number, mayFinish: boolean): boolean {
    for (let batch = 0; ; batch++) {
      const isIdle = this.#serve();
      if (this.adjRibOut.isSettled) {
        if (mayFinish) this.#sync();
        return false;
      }
      if (!isIdle) return false;
      if (batch >= budget) return true;
      if (this.#slabs.length >= ringSize) return true;
      this.#encode();
    }
  }

  /** Peers who hold up the ring while others wait. */
  laggards(): number[] {
    if (this.#slabs.length < ringSize || this.adjRibOut.isSettled) return [];
    const head = this.#base + this.#slabs.length;
    const seats = [...this.#seats.values()];
    if (!seats.some(({ cursor, hasRoom }) => cursor === head && hasRoom)) return [];
    return seats.filter(({ cursor }) => cursor === this.#base).map(({ member }) => member.peer);
  }

  /** The withdrawals that a member has not been given yet. */
  missedBy(peer: number): Uint8Array[] {
    const cursor = this.#seats.get(peer)?.cursor ?? this.#base;
    return this.#slabs.slice(cursor - this.#base).flatMap((slab) => [...partsFor(slab, peer, true)]);
  }

  close(): void {
    this.adjRibOut.close();
  }

  /** Gives every member what it has room for; whether one of them could take more. */
  #serve(): boolean {
    let isIdle = false;
    const head = this.#base + this.#slabs.length;
    for (const seat of this.#seats.values()) {
      while (seat.hasRoom && seat.cursor < head) {
        for (const bytes of partsFor(this.#slabs[seat.cursor - this.#base]!, seat.member.peer)) {
          seat.hasRoom = seat.member.send(bytes) && seat.hasRoom;
        }
        seat.cursor++;
      }
      isIdle ||= seat.hasRoom;
    }
    this.#trim();
    return isIdle;
  }

  #encode(): void {
    this.#asked = -1;
    this.adjRibOut.fill(this.#buckets, this.#isMember);
    this.#buckets.drain((set, audience, first) => {
      const owner = set === 0 || this.#owners === undefined ? noPeer : this.#owners.ownerOf(this.#store, set);
      if (owner !== noPeer && isFor(audience, owner)) this.#announceBut(owner, set, audience, first);
      else if (set !== 0) this.#packer.announce(audience, noPeer, set, this.#buckets, first);
      else this.#packer.withdraw(audience, this.#buckets, first);
    });
    this.#packer.flush();
    this.adjRibOut.finish();
  }

  /** The peer that is the next hop is not told the route, and what it was told before is no longer true. */
  #announceBut(owner: number, set: number, audience: Audience, first: number): void {
    this.#packer.withdraw(justFor(owner), this.#buckets, first);
    if (audience !== justFor(owner)) this.#packer.announce(audience, owner, set, this.#buckets, first);
  }

  #sync(): void {
    const head = this.#base + this.#slabs.length;
    for (const seat of this.#seats.values()) {
      if (seat.isSynced || seat.cursor < head) continue;
      seat.isSynced = true;
      seat.member.onSynced();
    }
  }

  /** Lets go of the slabs that everybody has got. */
  #trim(): void {
    const head = this.#base + this.#slabs.length;
    let least = head;
    for (const { cursor } of this.#seats.values()) if (cursor < least) least = cursor;
    if (least > this.#base) this.#slabs.splice(0, least - this.#base);
    this.#base = least;
  }
}
