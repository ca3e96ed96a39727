import type { Family } from "../../net/family.ts";
import { type BlockEdit, keep, noEdit } from "../export/block-edit.ts";
import { BlockEditor } from "../export/block-editor.ts";
import { canBeNextHop, nextHopAttribute } from "../export/next-hop-choice.ts";
import { isWide, rewritten, settled } from "../filter/change.ts";
import type { Change } from "../filter/filter.ts";
import { type FilterProgram, filterProgram } from "../filter/program.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import { type Ineligible, ineligible } from "../rib/path-table.ts";
import { flawOf, hasOwnNextHop, honoursShutdown, type ImportPeer, isLeaving, otcToAdd } from "./import-rules.ts";
import type { Tables } from "./tables.ts";

/** What became of a set under one outcome of a filter: the set that decisions see, and why it may not be chosen. */
interface Verdict {
  readonly used: number;
  readonly reason: Ineligible;
}

/**
 * What import makes of paths: the peer's filter, and the rules that hold without one. Paths of the same peer and set that
 * come one after the other are worked out once for every outcome of the filter. The answer of `judge` is in `used` and
 * `reason`, so that nothing is made for a path.
 */
export class ImportJudge {
  /** The set that decisions see; nobody holds it yet. */
  used = 0;
  /** Why the path may not be chosen. */
  reason: Ineligible = ineligible.no;
  readonly #tables: Tables;
  readonly #editor = new BlockEditor();
  #peer: ImportPeer | undefined;
  #family: Family = "ipv4";
  #set = 0;
  /** The peer's filter, unless it says the same of everything. */
  #program: FilterProgram | undefined;
  #bits = new Uint32Array(8);
  /** By number of the filter's outcome; only where there is a program. */
  readonly #verdicts = new Map<number, Verdict>();

  constructor(tables: Tables) {
    this.#tables = tables;
    tables.attributes.onFree((set) => this.#forget(set));
  }

  /** Turns to a set that a peer sent; whether what becomes of it is the same for every prefix. */
  turnTo(peer: ImportPeer, family: Family, set: number): boolean {
    if (peer !== this.#peer || family !== this.#family) {
      this.#peer = peer;
      this.#family = family;
      this.#set = 0;
      const { filter } = peer;
      this.#program = filter && filter.terms.length > 0 ? filterProgram(filter, family) : undefined;
    }
    if (set !== this.#set && this.#program !== undefined) this.#begin(this.#program, set);
    this.#set = set;
    return this.#program === undefined || !this.#program.readsPrefix;
  }

  /** What becomes of the set for a prefix of the family; any prefix when `turnTo` said that all fare alike. */
  judge(prefix: number): void {
    const peer = this.#peer!;
    const program = this.#program;
    if (program === undefined) {
      this.#decide(peer, peer.filter?.otherwise !== "reject", undefined);
      return;
    }
    const number = this.#outcome(program, peer, prefix);
    const known = this.#verdicts.get(number);
    if (known === undefined) {
      const { isAccepted, change } = program.outcome(number);
      this.#decide(peer, isAccepted, change);
      this.#verdicts.set(number, { used: this.used, reason: this.reason });
    } else {
      this.used = known.used;
      this.reason = known.reason;
    }
  }

  #decide(peer: ImportPeer, isAccepted: boolean, change: Change | undefined): void {
    const { attributes } = this.#tables;
    const set = this.#set;
    this.used = isAccepted ? this.#used(peer, set, change) : set;
    this.reason = flawOf(peer, set, attributes);
    if (this.reason !== ineligible.no) return;
    if (!isAccepted) this.reason = ineligible.filtered;
    else if (peer.requiresPolicy && peer.filter === undefined) this.reason = ineligible.noPolicy;
    else if (hasOwnNextHop(peer, this.used, attributes)) this.reason = ineligible.ownNextHop;
  }

  #begin(program: FilterProgram, set: number): void {
    this.#verdicts.clear();
    if (program.words === 0) return;
    if (program.words > this.#bits.length) this.#bits = new Uint32Array(program.words);
    program.bitsOf(set, this.#tables.attributes, this.#bits, 0);
  }

  #outcome(program: FilterProgram, peer: ImportPeer, prefix: number): number {
    const source = peer.negotiated.isInternal ? "internal" : "external";
    const lies = program.readsPrefix ? this.#tables.of(this.#family)!.rib.prefixes.prefix(prefix) : undefined;
    return program.outcomeOf(this.#bits, 0, source, peer.rules?.name ?? "", lies);
  }

  /**
   * The set as filter and rules change it. GRACEFUL_SHUTDOWN has the last word on LOCAL_PREF, unless the filter takes the
   * community away.
   */
  #used(peer: ImportPeer, set: number, wish: Change | undefined): number {
    const { attributes } = this.#tables;
    const { localAsn, extendedNextHop } = peer.negotiated;
    const flags = attributes.columns.flags[set]!;
    const change = wish && settled(wish, attributes.columns.med[set]!);
    const otc = otcToAdd(peer, set, attributes) || keep;
    const isLast = honoursShutdown(peer) && isLeaving(flags, change);
    if (change === undefined && otc === keep && !isLast) return set;
    const hop = change?.nextHop;
    const canName = typeof hop === "object" && canBeNextHop(this.#family, hop, extendedNextHop);
    const edit: BlockEdit = {
      ...noEdit,
      nextHop: canName ? nextHopAttribute(this.#family, hop, undefined) : undefined,
      prependAsn: localAsn,
      prependTimes: change?.prepend ?? 0,
      med: change?.med ?? keep,
      localPref: isLast ? 0 : (change?.localPref ?? keep),
      withoutCommunities: change?.removeCommunities ?? [],
      withCommunities: change?.addCommunities ?? [],
      otc,
    };
    const isAnew = (change !== undefined && isWide(change)) || (flags & attributeBit.unsorted) !== 0;
    const from = isAnew ? rewritten(attributes.block(set), change, localAsn) : attributes.block(set);
    const length = this.#editor.edit(from, 0, from.length, edit);
    return attributes.intern(this.#editor.out, 0, length);
  }

  #forget(set: number): void {
    if (set === this.#set) this.#set = 0;
    if (this.#verdicts.size === 0) return;
    if (this.#set === 0) this.#verdicts.clear();
    for (const [number, { used }] of this.#verdicts) if (used === set) this.#verdicts.delete(number);
  }
}
