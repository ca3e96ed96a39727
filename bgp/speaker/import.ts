import { type Address, sameAddress } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { type BlockEdit, keep, noEdit } from "../export/block-edit.ts";
import { BlockEditor } from "../export/block-editor.ts";
import { matchingTerm, readsPrefix } from "../filter/evaluate.ts";
import type { Filter, RouteSource } from "../filter/filter.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import { type Ineligible, ineligible } from "../rib/path-table.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { Tables } from "./tables.ts";

/** A peer as the import side sees it. */
export interface ImportPeer {
  /** Index in the RIB. */
  readonly index: number;
  readonly negotiated: Negotiated;
  /** Our end of the session: no next hop of anybody else. */
  readonly ownAddress: Address | undefined;
  readonly filter: Filter | undefined;
  /** An eBGP peer gives nothing without a filter (RFC 8212). */
  readonly requiresPolicy: boolean;
}

/** The way of an UPDATE into the Adj-RIB-In: attributes interned once, prefixes one by one, filters in between. */
export class Import {
  /** Why the path that `judge` was asked about last may not be chosen. */
  reason: Ineligible = ineligible.no;
  readonly #tables: Tables;
  readonly #cursor = new NlriCursor();
  readonly #editor = new BlockEditor();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * Takes in an UPDATE that the session found sound. The answer is what was wrong with its attributes, when they were
   * decoded for the first time; its prefixes then count as withdrawn, unless every fault is a mere `discard`.
   */
  update(peer: ImportPeer, scan: UpdateScan, buf: Uint8Array): readonly UpdateFault[] {
    this.#withdraw(peer, buf, scan.withdrawnStart, scan.withdrawnEnd, "ipv4");
    if (scan.unreachFamily) this.#withdraw(peer, buf, scan.unreachStart, scan.unreachEnd, scan.unreachFamily);
    let faults: readonly UpdateFault[] = [];
    if (scan.nlriStart !== scan.nlriEnd) {
      faults = this.#announce(peer, scan, buf, scan.nlriStart, scan.nlriEnd, "ipv4", false);
    }
    if (scan.reachFamily && scan.reachStart !== scan.reachEnd) {
      const more = this.#announce(peer, scan, buf, scan.reachStart, scan.reachEnd, scan.reachFamily, true);
      if (faults.length === 0) faults = more;
    }
    return faults;
  }

  #withdraw(peer: ImportPeer, buf: Uint8Array, start: number, end: number, family: Family): void {
    const tables = this.#tables.of(family);
    if (start === end || !tables) return;
    const { prefixes, adjRibIn } = tables.rib;
    const cursor = this.#cursor.start(buf, start, end, family, peer.negotiated.addPath[family].receive);
    while (cursor.next()) {
      const prefix = prefixes.find(cursor.a, cursor.b, cursor.c, cursor.d, cursor.length);
      if (prefix !== 0) adjRibIn.withdraw(prefix, peer.index, cursor.pathId);
    }
  }

  #announce(
    peer: ImportPeer,
    scan: UpdateScan,
    buf: Uint8Array,
    start: number,
    end: number,
    family: Family,
    isMp: boolean,
  ): readonly UpdateFault[] {
    if (scan.verdict === "withdraw") {
      this.#withdraw(peer, buf, start, end, family);
      return [];
    }
    const { intake, attributes } = this.#tables;
    const set = intake.intern(scan.block, scan.blockStart, scan.blockEnd, peer.negotiated, family, isMp);
    if (set === 0) {
      this.#withdraw(peer, buf, start, end, family);
      return intake.faults;
    }
    const { faults } = intake;
    attributes.hold(set);
    if (peer.filter !== undefined && peer.filter.terms.length > 0) this.#filtered(peer, buf, start, end, family, set);
    else this.#plain(peer, buf, start, end, family, set);
    attributes.drop(set);
    return faults;
  }

  #plain(peer: ImportPeer, buf: Uint8Array, start: number, end: number, family: Family, set: number): void {
    const tables = this.#tables.of(family);
    if (!tables) return;
    const { prefixes, adjRibIn } = tables.rib;
    const reason = this.#reason(peer, set, peer.filter?.otherwise === "reject");
    const cursor = this.#cursor.start(buf, start, end, family, peer.negotiated.addPath[family].receive);
    while (cursor.next()) {
      const prefix = prefixes.intern(cursor.a, cursor.b, cursor.c, cursor.d, cursor.length);
      adjRibIn.announce(prefix, peer.index, cursor.pathId, set, reason, set);
    }
  }

  #filtered(peer: ImportPeer, buf: Uint8Array, start: number, end: number, family: Family, set: number): void {
    const tables = this.#tables.of(family);
    if (!tables) return;
    const { prefixes, adjRibIn } = tables.rib;
    const filter = peer.filter!;
    const source = sourceOf(peer);
    const once = readsPrefix(filter)
      ? undefined
      : matchingTerm(filter, { prefix: noPrefix, set, source }, this.#tables.attributes);
    const cursor = this.#cursor.start(buf, start, end, family, peer.negotiated.addPath[family].receive);
    while (cursor.next()) {
      const id = prefixes.intern(cursor.a, cursor.b, cursor.c, cursor.d, cursor.length);
      const used = this.judge(peer, family, id, set, once);
      this.#tables.attributes.hold(used);
      adjRibIn.announce(id, peer.index, cursor.pathId, used, this.reason, set);
      this.#tables.attributes.drop(used);
    }
  }

  /**
   * What import makes of one path that came with the set `received`, as the peer's filter stands now: the answer is the set
   * that decisions see, `reason` is why the path may not be chosen. Announcements and re-runs of the filters both ask here.
   * `once` is the filter's term when the caller knows it already (-1: none). The caller holds the answer.
   */
  judge(peer: ImportPeer, family: Family, prefix: number, received: number, once?: number): number {
    const { filter } = peer;
    if (filter === undefined || filter.terms.length === 0) {
      this.reason = this.#reason(peer, received, filter?.otherwise === "reject");
      return received;
    }
    const at = once ?? this.#termOf(peer, filter, family, prefix, received);
    const term = filter.terms[at];
    const isRejected = (term?.verdict ?? filter.otherwise) === "reject";
    const used =
      isRejected || !term?.change ? received : this.#changed(received, term.change, peer.negotiated.localAsn);
    this.reason = this.#reason(peer, used, isRejected);
    return used;
  }

  #termOf(peer: ImportPeer, filter: Filter, family: Family, prefix: number, set: number): number {
    const { prefixes } = this.#tables.of(family)!.rib;
    const subject = { prefix: () => prefixes.prefix(prefix), set, source: sourceOf(peer) };
    return matchingTerm(filter, subject, this.#tables.attributes);
  }

  #changed(set: number, change: NonNullable<Filter["terms"][number]["change"]>, asn: number): number {
    const store = this.#tables.attributes;
    const edit: BlockEdit = {
      ...noEdit,
      prependAsn: asn,
      prependTimes: change.prepend ?? 0,
      med: change.med ?? keep,
      localPref: change.localPref ?? keep,
      withoutCommunities: change.removeCommunities ?? [],
      withCommunities: change.addCommunities ?? [],
    };
    const start = store.start(set);
    const length = this.#editor.edit(store.chunk(set), start, start + store.length(set), edit);
    return store.intern(this.#editor.out, 0, length);
  }

  /** Why a path from this peer with these attributes may not be chosen (RFC 4271 9.1.2, RFC 4456 8, RFC 8212). */
  #reason(peer: ImportPeer, set: number, isRejected: boolean): Ineligible {
    const { columns } = this.#tables.attributes;
    const flags = columns.flags[set]!;
    if (flags & attributeBit.ownAs) return ineligible.ownAs;
    if (flags & attributeBit.ownOriginator) return ineligible.ownOriginator;
    if (flags & attributeBit.ownCluster) return ineligible.ownCluster;
    if (isRejected) return ineligible.filtered;
    if (peer.requiresPolicy && peer.filter === undefined) return ineligible.noPolicy;
    const { address } = this.#tables.nextHops.hop(columns.nextHop[set]!);
    const isOurs = address !== undefined && peer.ownAddress !== undefined && sameAddress(address, peer.ownAddress);
    return isOurs ? ineligible.ownNextHop : ineligible.no;
  }
}

function sourceOf(peer: ImportPeer): RouteSource {
  return peer.negotiated.isInternal ? "internal" : "external";
}

function noPrefix(): never {
  throw new Error("bug: a filter that does not read prefixes asked for one");
}
