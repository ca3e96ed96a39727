import { Writer } from "../../lib/writer.ts";
import { sameAddress } from "../../net/address.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { isWide, rewritten, settled } from "../filter/change.ts";
import type { Change } from "../filter/filter.ts";
import { attributeCode } from "../iana.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import type { BlockEdit } from "./block-edit.ts";
import { BlockEditor } from "./block-editor.ts";
import { type Denial, denial } from "./denial.ts";
import { denialBeforeFilter, editOf, mindsOtc } from "./export-rules.ts";
import type { ExportTerms } from "./export-terms.ts";
import { hasAttribute, nextHopOf } from "./exported-block.ts";
import { FilterAnswers } from "./filter-answers.ts";
import { NextHopChoice } from "./next-hop-choice.ts";
import { fitsMessage } from "./pack.ts";

/** What was worked out for a set, by set id: the exported set, or minus a denial; 0 when nothing was yet. */
interface Memo {
  outcome: Int32Array;
  /** For routes of which peer: reflection and iBGP rules look at it. */
  source: Uint16Array;
}

function emptyMemo(): Memo {
  return { outcome: new Int32Array(256), source: new Uint16Array(256) };
}

/**
 * From a path to what peers of certain terms are sent: rules, filter and rewriting, worked out once for every
 * distinct attribute set and remembered until the set goes. Shared by all update groups of the same terms.
 */
export class ExportPolicy {
  readonly terms: ExportTerms;
  readonly #store: AttributeStore;
  readonly #peers: PeerTable;
  readonly #rib: Rib;
  readonly #editor = new BlockEditor();
  readonly #nextHop: NextHopChoice;
  #common: BlockEdit | undefined;
  readonly #filter: FilterAnswers | undefined;
  readonly #needsPrefix: boolean;
  /** One for every outcome of a filter that looks at prefixes; without such only the first. */
  readonly #memos: Memo[] = [];
  readonly #forget: () => void;

  constructor(terms: ExportTerms, store: AttributeStore, peers: PeerTable, rib: Rib) {
    this.terms = terms;
    this.#store = store;
    this.#peers = peers;
    this.#rib = rib;
    this.#nextHop = new NextHopChoice(terms, store.columns, peers);
    this.#filter = terms.filter && new FilterAnswers(terms.filter, store, peers, rib.prefixes);
    this.#needsPrefix = this.#filter?.readsPrefix ?? false;
    this.#memos.push(emptyMemo());
    this.#forget = store.onFree((set) => {
      for (const memo of this.#memos) this.#clear(memo, set);
      this.#filter?.forget(set);
    });
  }

  get bytes(): number {
    return this.#memos.reduce((sum, { outcome }) => sum + outcome.length * 6, 0);
  }

  /** The exported set of a route, or minus its denial. The set lives at least as long as the one it was made of. */
  exported(prefix: number, set: number, source: number): number {
    const memo = this.#needsPrefix ? this.#memoOf(prefix, set, source) : this.#memos[0]!;
    if (set < memo.outcome.length && memo.outcome[set] !== 0 && memo.source[set] === source) return memo.outcome[set]!;
    return this.#workOut(memo, prefix, set, source);
  }

  /** Whether a route may leave with a next hop that is not our own, so perhaps one of those who are told. */
  get mayNameOthers(): boolean {
    return this.#nextHop.mayBeOthers;
  }

  /** Why `peer`, which has these terms, is not sent this path (0: there is none) of a prefix; for people. */
  why(prefix: number, path: number, peer: number): Denial {
    if (path === 0) return denial.noRoute;
    const { attributes, peer: sources } = this.#rib.paths;
    const outcome = this.exported(prefix, attributes[path]!, sources[path]!);
    if (outcome === -denial.suppressed) return denial.suppressed;
    if (sources[path] === peer) return denial.ownRoute;
    if (outcome < 0) return -outcome as Denial;
    const hop = this.mayNameOthers ? nextHopOf(this.#store, outcome) : undefined;
    return hop && sameAddress(hop, this.#peers.peer(peer).address) ? denial.ownNextHop : denial.none;
  }

  /** Cuts what was worked out to sets that there are. */
  trim(): void {
    const capacity = roomFor(this.#store.limit);
    for (const memo of this.#memos) {
      if (capacity >= memo.outcome.length) continue;
      memo.outcome = memo.outcome.slice(0, capacity);
      memo.source = memo.source.slice(0, capacity);
    }
  }

  /** What is known of a peer that routes come from changed: what was worked out for them counts no more. */
  forgetSource(source: number): void {
    for (const memo of this.#memos) {
      for (let set = 0; set < memo.outcome.length; set++) if (memo.source[set] === source) this.#clear(memo, set);
    }
  }

  /** No group has these terms any more. */
  close(): void {
    this.#forget();
    for (const memo of this.#memos) {
      for (let set = 0; set < memo.outcome.length; set++) if (memo.outcome[set] !== 0) this.#clear(memo, set);
    }
  }

  #memoOf(prefix: number, set: number, source: number): Memo {
    const outcome = this.#filter!.number(prefix, set, source);
    while (outcome >= this.#memos.length) this.#memos.push(emptyMemo());
    return this.#memos[outcome]!;
  }

  #workOut(memo: Memo, prefix: number, set: number, source: number): number {
    if (set >= memo.outcome.length) {
      memo.outcome = widened(memo.outcome, roomFor(set));
      memo.source = widened(memo.source, roomFor(set));
    }
    const outcome = this.#outcome(prefix, set, source);
    if (outcome > 0 && outcome !== set) this.#store.hold(outcome);
    this.#clear(memo, set);
    memo.outcome[set] = outcome;
    memo.source[set] = source;
    return outcome;
  }

  /** The order of the checks is the order in which people look for the reason. */
  #outcome(prefix: number, set: number, source: number): number {
    const { terms } = this;
    const { columns } = this.#store;
    const why = denialBeforeFilter(terms, columns, this.#peers, set, source);
    if (why !== denial.none) return -why;
    const filtered = this.#filter?.outcome(prefix, set, source);
    if (filtered?.isAccepted === false) return -denial.filtered;
    if (!terms.longLived && columns.flags[set]! & attributeBit.llgrStale) return -denial.longLivedStale;
    const change = filtered?.change && settled(filtered.change, columns.med[set]!);
    const nextHop = this.#nextHop.choose(set, source, change);
    if (typeof nextHop === "number") return -nextHop;
    if (mindsOtc(terms) && hasAttribute(this.#store, set, attributeCode.otc)) return -denial.routeLeak;
    const outcome = this.#rewritten(set, this.#edit(set, source, change, nextHop), change);
    if (fitsMessage(this.#store.length(outcome), terms.maxMessageLength)) return outcome;
    if (this.#store.refs(outcome) === 0) {
      // A set that nobody holds goes the way of every other.
      this.#store.hold(outcome);
      this.#store.drop(outcome);
    }
    return -denial.tooLong;
  }

  /** The set that says what is left and put in; the octets of one whose sender did not sort them are sorted first. */
  #rewritten(set: number, edit: BlockEdit, change: Change | undefined): number {
    const start = this.#store.start(set);
    const isUnsorted = (this.#store.columns.flags[set]! & attributeBit.unsorted) !== 0;
    const whole = change && isWide(change) ? rewritten(this.#store.block(set), change, this.terms.localAsn) : undefined;
    const sorted = whole ?? (isUnsorted ? this.#recoded(this.#store.block(set), true) : undefined);
    const length = sorted
      ? this.#editor.edit(sorted, 0, sorted.length, edit)
      : this.#editor.edit(this.#store.chunk(set), start, start + this.#store.length(set), edit);
    if (!this.terms.fourOctetAs) return this.#forOldSpeaker(this.#editor.out, length);
    return this.#store.internOctets(this.#editor.out, 0, length);
  }

  /** Towards eBGP every set of other people's changes in the same way. */
  #edit(set: number, source: number, change: Change | undefined, nextHop: Uint8Array | undefined): BlockEdit {
    const { columns } = this.#store;
    const isCommon = !this.terms.isInternal && !this.mayNameOthers && source !== localPeer && change === undefined;
    if (!isCommon) return editOf(this.terms, columns, this.#peers, set, source, change, nextHop);
    this.#common ??= editOf(this.terms, columns, this.#peers, set, source, undefined, nextHop);
    return this.#common;
  }

  /** RFC 6793 4.2.2: two octets an AS number, with AS4_PATH beside it. Kept under a tag: such octets mean something else. */
  #forOldSpeaker(buf: Uint8Array, length: number): number {
    const block = this.#recoded(buf.subarray(0, length), false);
    return this.#store.internOctets(block, 0, block.length, oldSpeakerTag);
  }

  #recoded(block: Uint8Array, fourOctetAs: boolean): Uint8Array {
    const { attributes } = decodeAttributes(block, 0, block.length, { fourOctetAs: true, isInternal: true });
    const writer = new Writer(512);
    if (block[1] === attributeCode.mpReach) writer.bytes(block.subarray(0, 3 + block[2]!));
    const isInternal = fourOctetAs || this.terms.isInternal;
    if (attributes) encodeAttributes(attributes, { fourOctetAs, isInternal }, writer);
    return writer.take();
  }

  #clear(memo: Memo, set: number): void {
    const before = set < memo.outcome.length ? memo.outcome[set]! : 0;
    if (before === 0) return;
    memo.outcome[set] = 0;
    if (before > 0 && before !== set) this.#store.drop(before);
  }
}

const oldSpeakerTag = 0xffffffff;
