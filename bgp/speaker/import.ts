import type { Family } from "../../net/family.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { updateError } from "../iana.ts";
import { fault } from "../message/scan-fault.ts";
import type { UpdateFault } from "../message/update-fault.ts";
import type { UpdateScan } from "../message/update-scan.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { isUsable } from "../nlri/usable.ts";
import { type Ineligible, ineligible } from "../rib/path-table.ts";
import { ImportJudge } from "./import-judge.ts";
import type { ImportPeer } from "./import-rules.ts";
import type { Tables } from "./tables.ts";

/** The way of an UPDATE into the Adj-RIB-In: attributes interned once, prefixes one by one, filters in between. */
export class Import {
  /** Why the path that `judge` was asked about last may not be chosen. */
  reason: Ineligible = ineligible.no;
  readonly #tables: Tables;
  readonly #cursor = new NlriCursor();
  readonly #judge: ImportJudge;
  /** What was ignored of the message: the first prefix without hosts, and how many. */
  #ignored = "";
  #ignoredCount = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#judge = new ImportJudge(tables);
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
    return this.#ignoredCount === 0 ? faults : [this.#ignoredFault(), ...faults];
  }

  /** RFC 4271 6.3: prefixes without hosts are ignored and logged. */
  #ignoredFault(): UpdateFault {
    const others = this.#ignoredCount > 1 ? ` and ${this.#ignoredCount - 1} more` : "";
    this.#ignoredCount = 0;
    return fault(undefined, "discard", updateError.network, `prefix ${this.#ignored}${others} without hosts left out`);
  }

  #ignore(family: Family, { a, b, c, d, length }: NlriCursor): void {
    if (this.#ignoredCount++ === 0) this.#ignored = formatPrefix({ family, a, b, c, d, length });
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
    if (this.#judge.turnTo(peer, family, set)) this.#plain(peer, buf, start, end, family, set);
    else this.#filtered(peer, buf, start, end, family, set);
    attributes.drop(set);
    return faults;
  }

  #plain(peer: ImportPeer, buf: Uint8Array, start: number, end: number, family: Family, set: number): void {
    const tables = this.#tables.of(family);
    if (!tables) return;
    const { prefixes, adjRibIn } = tables.rib;
    this.#judge.judge(0);
    const { used, reason } = this.#judge;
    this.#tables.attributes.hold(used);
    const cursor = this.#cursor.start(buf, start, end, family, peer.negotiated.addPath[family].receive);
    while (cursor.next()) {
      if (!isUsable(family, cursor)) {
        this.#ignore(family, cursor);
        continue;
      }
      const prefix = prefixes.intern(cursor.a, cursor.b, cursor.c, cursor.d, cursor.length);
      adjRibIn.announce(prefix, peer.index, cursor.pathId, used, reason, set);
    }
    this.#tables.attributes.drop(used);
  }

  #filtered(peer: ImportPeer, buf: Uint8Array, start: number, end: number, family: Family, set: number): void {
    const tables = this.#tables.of(family);
    if (!tables) return;
    const { prefixes, adjRibIn } = tables.rib;
    const cursor = this.#cursor.start(buf, start, end, family, peer.negotiated.addPath[family].receive);
    while (cursor.next()) {
      if (!isUsable(family, cursor)) {
        this.#ignore(family, cursor);
        continue;
      }
      const id = prefixes.intern(cursor.a, cursor.b, cursor.c, cursor.d, cursor.length);
      this.#judge.judge(id);
      const { used, reason } = this.#judge;
      this.#tables.attributes.hold(used);
      adjRibIn.announce(id, peer.index, cursor.pathId, used, reason, set);
      this.#tables.attributes.drop(used);
    }
  }

  /**
   * What import makes of one path that came with the set `received`, as the peer's filter stands now: the answer is the set
   * that decisions see, `reason` is why the path may not be chosen. Re-runs of the filters ask here. The caller holds the
   * answer.
   */
  judge(peer: ImportPeer, family: Family, prefix: number, received: number): number {
    this.#judge.turnTo(peer, family, received);
    this.#judge.judge(prefix);
    this.reason = this.#judge.reason;
    return this.#judge.used;
  }
}
