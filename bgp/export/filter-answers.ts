import type { Filter, RouteSource } from "../filter/filter.ts";
import { type FilterProgram, filterProgram, type Outcome } from "../filter/program.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { roomFor, widened } from "../rib/column.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import type { PrefixTable } from "../rib/prefix-table.ts";

/** What an export filter says of routes; what it says of attribute sets is kept for as long as they live. */
export class FilterAnswers {
  /** What `FilterProgram.bitsOf` wrote, by set id. */
  #bits = new Uint32Array(0);
  #isKnown = new Uint8Array(256);
  readonly #program: FilterProgram;
  readonly #store: AttributeStore;
  readonly #peers: PeerTable;
  readonly #prefixes: PrefixTable;

  constructor(filter: Filter, store: AttributeStore, peers: PeerTable, prefixes: PrefixTable) {
    this.#program = filterProgram(filter, prefixes.family);
    this.#store = store;
    this.#peers = peers;
    this.#prefixes = prefixes;
  }

  /** Whether the outcome depends on the prefix. */
  get readsPrefix(): boolean {
    return this.#program.readsPrefix;
  }

  /** The number of the outcome for a route: routes of one set, source and number fare alike. */
  number(prefix: number, set: number, source: number): number {
    if (this.#program.words > 0) this.#know(set);
    const kind: RouteSource =
      source === localPeer ? "local" : this.#peers.isInternal[source] === 1 ? "internal" : "external";
    const peer = source === localPeer ? "" : this.#peers.peer(source).name;
    const lies = this.readsPrefix ? this.#prefixes.prefix(prefix) : undefined;
    return this.#program.outcomeOf(this.#bits, set * this.#program.words, kind, peer, lies);
  }

  outcome(prefix: number, set: number, source: number): Outcome {
    return this.#program.outcome(this.number(prefix, set, source));
  }

  /** The set is no more. */
  forget(set: number): void {
    if (set < this.#isKnown.length) this.#isKnown[set] = 0;
  }

  #know(set: number): void {
    if (this.#isKnown[set] === 1) return;
    const { words } = this.#program;
    if (set >= this.#isKnown.length) this.#isKnown = widened(this.#isKnown, roomFor(set));
    if (this.#bits.length < this.#isKnown.length * words) {
      this.#bits = widened(this.#bits, this.#isKnown.length * words);
    }
    this.#program.bitsOf(set, this.#store, this.#bits, set * words);
    this.#isKnown[set] = 1;
  }
}
