import type { AttributeStore } from "../rib/attribute-store.ts";
import type { PeerTable } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import { Buckets } from "./buckets.ts";
import { ExportPolicy } from "./export-policy.ts";
import { type ExportTerms, groupKey } from "./export-terms.ts";
import type { RibOut } from "./rib-out.ts";
import { SuppressingPolicy } from "./suppressing-policy.ts";
import { type GroupMember, UpdateGroup } from "./update-group.ts";

interface Kind {
  readonly key: string;
  readonly policy: ExportPolicy;
  readonly groups: UpdateGroup[];
}

/** Batches one group may encode before the others get their turn. */
const batchesATurn = 4;

/**
 * The update groups of one family. Peers of equal terms share a group as soon as they have been told the same: a newcomer
 * begins in a group that has said nothing yet, and groups of equal terms become one when both are quiet, for then both
 * have said what the Loc-RIB says. A member too slow for its group begins anew in one of its own.
 */
export class UpdateGroups {
  readonly #rib: Rib;
  readonly #store: AttributeStore;
  readonly #peers: PeerTable;
  readonly #suppressed: ((prefix: number) => boolean) | undefined;
  readonly #buckets = new Buckets();
  readonly #kinds = new Map<string, Kind>();
  /** The Adj-RIBs-Out that hear of every change, and those that hear of best routes only: `touch` walks them a prefix. */
  #hearAll: readonly RibOut[] = [];
  #hearBest: readonly RibOut[] = [];
  readonly #groupOf = new Map<number, { readonly kind: Kind; readonly group: UpdateGroup }>();

  /** `suppressed`: prefixes that a summary-only aggregate stands for; `touch` them when that changes. */
  constructor(rib: Rib, store: AttributeStore, peers: PeerTable, suppressed?: (prefix: number) => boolean) {
    this.#rib = rib;
    this.#store = store;
    this.#peers = peers;
    this.#suppressed = suppressed;
  }

  /** Every group with its terms, for status. */
  *groups(): Generator<UpdateGroup> {
    for (const kind of this.#kinds.values()) yield* kind.groups;
  }

  get bytes(): number {
    let sum = 0;
    for (const kind of this.#kinds.values()) {
      sum += kind.policy.bytes;
      for (const group of kind.groups) sum += group.bytes;
    }
    return sum;
  }

  groupOf(peer: number): UpdateGroup | undefined {
    return this.#groupOf.get(peer)?.group;
  }

  /** A session came up: its peer knows nothing yet. */
  join(member: GroupMember, terms: ExportTerms): void {
    this.leave(member.peer);
    this.#seat(this.#kind(terms), member);
  }

  /** The rules for a peer changed while its session is up: what it was told and is no longer to have is withdrawn. */
  rejoin(peer: number, terms: ExportTerms): void {
    const seat = this.#groupOf.get(peer);
    if (!seat || seat.kind.key === groupKey(terms)) return;
    this.#beginAnew(this.#kind(terms), seat.group, peer);
  }

  /** A session went down. */
  leave(peer: number): void {
    const seat = this.#groupOf.get(peer);
    if (!seat) return;
    this.#groupOf.delete(peer);
    seat.group.leave(peer);
    if (seat.group.size === 0) this.#dissolve(seat.kind, seat.group);
  }

  /** A prefix was decided anew; see `BestListener`. */
  touch(prefix: number, isBestNews: boolean): void {
    for (let i = 0; i < this.#hearAll.length; i++) this.#hearAll[i]!.touch(prefix);
    if (!isBestNews) return;
    for (let i = 0; i < this.#hearBest.length; i++) this.#hearBest[i]!.touch(prefix);
  }

  /** What is known of a peer that routes come from changed; `touch` their prefixes. */
  forgetSource(source: number): void {
    for (const { policy } of this.#kinds.values()) policy.forgetSource(source);
  }

  drained(peer: number): void {
    this.#groupOf.get(peer)?.group.drained(peer);
  }

  /** The peer asks for everything again (RFC 2918), so it begins anew; also when it was still being answered. */
  refresh(peer: number): void {
    const seat = this.#groupOf.get(peer);
    if (seat) this.#beginAnew(seat.kind, seat.group, peer, true);
  }

  /** Serves every group for a while; whether there is more that could be done at once. */
  pump(mayFinish: boolean): boolean {
    let isMore = false;
    for (const kind of this.#kinds.values()) {
      for (const group of [...kind.groups]) {
        if (group.pump(batchesATurn, mayFinish)) isMore = true;
        for (const peer of group.laggards()) this.#beginAnew(kind, group, peer);
      }
      this.#merge(kind);
    }
    return isMore;
  }

  /** Whether every group has said everything. */
  get isQuiet(): boolean {
    for (const group of this.groups()) if (!group.isQuiet) return false;
    return true;
  }

  /** Cuts what is known by prefix and by set to ids that there are; only when everything was said. */
  trim(): void {
    for (const { policy, groups } of this.#kinds.values()) {
      policy.trim();
      for (const { adjRibOut } of groups) adjRibOut.trim(this.#rib.prefixes.limit);
    }
  }

  #kind(terms: ExportTerms): Kind {
    const key = groupKey(terms);
    const known = this.#kinds.get(key);
    if (known) return known;
    const policy = this.#suppressed
      ? new SuppressingPolicy(terms, this.#store, this.#peers, this.#rib, this.#suppressed)
      : new ExportPolicy(terms, this.#store, this.#peers, this.#rib);
    const kind: Kind = { key, policy, groups: [] };
    this.#kinds.set(key, kind);
    return kind;
  }

  #seat(kind: Kind, member: GroupMember): void {
    let group = kind.groups.find(({ isPristine }) => isPristine);
    if (group === undefined) group = this.#open(kind);
    group.join(member);
    this.#groupOf.set(member.peer, { kind, group });
  }

  #open(kind: Kind): UpdateGroup {
    const group = new UpdateGroup(this.#rib, this.#store, this.#peers, kind.policy, this.#buckets);
    kind.groups.push(group);
    this.#listHearers();
    return group;
  }

  /** A group of its own for one member, that says everything again: first the withdrawals it has not got. */
  #beginAnew(kind: Kind, from: UpdateGroup, peer: number, isRefresh = false): void {
    const alone = this.#open(kind);
    alone.adjRibOut.repeat(from.adjRibOut);
    const missed = from.missedBy(peer);
    const { member, hasRoom } = from.leave(peer)!;
    for (const bytes of missed) member.send(bytes);
    if (isRefresh) member.onRefresh();
    alone.join(member, { hasRoom });
    this.#groupOf.set(peer, { kind, group: alone });
    if (from.size > 0) return;
    const before = [...this.#kinds.values()].find(({ groups }) => groups.includes(from));
    if (before) this.#dissolve(before, from);
  }

  #merge(kind: Kind): void {
    const [into, ...others] = kind.groups.filter(({ isQuiet }) => isQuiet);
    if (into === undefined) return;
    for (const group of others) {
      for (const peer of group.members()) {
        const { member, hasRoom } = group.leave(peer)!;
        into.join(member, { hasRoom, isSynced: true });
        this.#groupOf.set(peer, { kind, group: into });
      }
      this.#dissolve(kind, group);
    }
  }

  #dissolve(kind: Kind, group: UpdateGroup): void {
    kind.groups.splice(kind.groups.indexOf(group), 1);
    this.#listHearers();
    group.close();
    if (kind.groups.length === 0) this.#retire(kind);
  }

  #listHearers(): void {
    const kinds = [...this.#kinds.values()];
    const heard = (kind: Kind): RibOut[] => kind.groups.map(({ adjRibOut }) => adjRibOut);
    this.#hearAll = kinds.filter(({ policy }) => policy.terms.addPath !== undefined).flatMap(heard);
    this.#hearBest = kinds.filter(({ policy }) => policy.terms.addPath === undefined).flatMap(heard);
  }

  #retire(kind: Kind): void {
    if (!this.#kinds.delete(kind.key)) return;
    kind.policy.close();
  }
}
