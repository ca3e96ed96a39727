import { Writer } from "../../lib/writer.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import { matchingTerm, readsPrefix } from "../filter/evaluate.ts";
import type { Change, RouteSource } from "../filter/filter.ts";
import { attributeCode } from "../iana.ts";
import { attributeBit } from "../rib/attribute-columns.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import type { PrefixTable } from "../rib/prefix-table.ts";
import type { BlockEdit } from "./block-edit.ts";
import { BlockEditor } from "./block-editor.ts";
import { type Denial, denial, denialOf, editOf, selfNextHop } from "./export-rules.ts";
import type { ExportTerms } from "./export-terms.ts";

/** What was worked out for a set, by set id: the exported set, or minus a denial; 0 when nothing was yet. */
interface Memo {
  outcome: Int32Array;
  /** For routes of which peer: reflection and iBGP rules look at it. */
  source: Uint16Array;
}

/**
 * From a best path to what peers of certain terms are sent: rules, filter and rewriting, worked out once for every
 * distinct attribute set and remembered until the set goes. Shared by all update groups of the same terms.
 */
export class ExportPolicy {
  readonly terms: ExportTerms;
  readonly #store: AttributeStore;
  readonly #peers: PeerTable;
  readonly #prefixes: PrefixTable;
  readonly #editor = new BlockEditor();
  #common: BlockEdit | undefined;
  readonly #needsPrefix: boolean;
  readonly #self: Uint8Array | undefined;
  /** One for every term of the filter, the last for `otherwise`. */
  readonly #memos: Memo[] = [];
  readonly #forget: () => void;

  constructor(terms: ExportTerms, store: AttributeStore, peers: PeerTable, prefixes: PrefixTable) {
    this.terms = terms;
    this.#store = store;
    this.#peers = peers;
    this.#prefixes = prefixes;
    this.#self = selfNextHop(terms);
    this.#needsPrefix = terms.filter !== undefined && readsPrefix(terms.filter);
    for (let i = 0; i <= (terms.filter?.terms.length ?? 0); i++) {
      this.#memos.push({ outcome: new Int32Array(256), source: new Uint16Array(256) });
    }
    this.#forget = store.onFree((set) => {
      for (const memo of this.#memos) this.#clear(memo, set);
    });
  }

  get bytes(): number {
    return this.#memos.reduce((sum, { outcome }) => sum + outcome.length * 6, 0);
  }

  /** The exported set of a route, or minus its denial. The set lives at least as long as the one it was made of. */
  exported(prefix: number, set: number, source: number): number {
    const memo = this.#needsPrefix ? this.#memos[this.#term(prefix, set, source)]! : this.#memos[0]!;
    if (set < memo.outcome.length && memo.outcome[set] !== 0 && memo.source[set] === source) return memo.outcome[set]!;
    return this.#workOut(memo, prefix, set, source);
  }

  /** No group has these terms any more. */
  close(): void {
    this.#forget();
    for (const memo of this.#memos) {
      for (let set = 0; set < memo.outcome.length; set++) if (memo.outcome[set] !== 0) this.#clear(memo, set);
    }
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

  #outcome(prefix: number, set: number, source: number): number {
    const { columns } = this.#store;
    const why: Denial = denialOf(this.terms, columns, this.#peers, set, source);
    if (why !== denial.none) return -why;
    const { filter } = this.terms;
    const term = filter?.terms[this.#term(prefix, set, source)];
    if (filter && (term?.verdict ?? filter.otherwise) === "reject") return -denial.filtered;
    const edit = this.#edit(set, source, term?.change);
    const start = this.#store.start(set);
    const isSorted = (columns.flags[set]! & attributeBit.unsorted) === 0;
    const from = isSorted ? this.#store.chunk(set) : this.#sorted(set);
    const length = isSorted
      ? this.#editor.edit(from, start, start + this.#store.length(set), edit)
      : this.#editor.edit(from, 0, from.length, edit);
    if (!this.terms.fourOctetAs) return this.#forOldSpeaker(this.#editor.out, length);
    return this.#store.internOctets(this.#editor.out, 0, length);
  }

  /** Towards eBGP every set of other people's changes in the same way. */
  #edit(set: number, source: number, change: Change | undefined): BlockEdit {
    const { columns } = this.#store;
    const isCommon = !this.terms.isInternal && source !== localPeer && change === undefined;
    if (!isCommon) return editOf(this.terms, columns, this.#peers, set, source, change, this.#self);
    this.#common ??= editOf(this.terms, columns, this.#peers, set, source, undefined, this.#self);
    return this.#common;
  }

  /** Position of the filter's term, or one behind the last for `otherwise`. */
  #term(prefix: number, set: number, source: number): number {
    const { filter } = this.terms;
    if (filter === undefined) return 0;
    const kind: RouteSource =
      source === localPeer ? "local" : this.#peers.isInternal[source] === 1 ? "internal" : "external";
    const subject = { prefix: () => this.#prefixes.prefix(prefix), set, source: kind };
    const term = matchingTerm(filter, subject, this.#store);
    return term < 0 ? filter.terms.length : term;
  }

  /** The octets of a set whose sender did not sort them, sorted (RFC 4271 5). */
  #sorted(set: number): Uint8Array {
    return this.#recoded(this.#store.block(set), true);
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
