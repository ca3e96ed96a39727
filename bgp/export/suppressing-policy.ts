import type { AttributeStore } from "../rib/attribute-store.ts";
import type { PeerTable } from "../rib/peer-table.ts";
import type { Rib } from "../rib/rib.ts";
import { denial } from "./denial.ts";
import { ExportPolicy } from "./export-policy.ts";
import type { ExportTerms } from "./export-terms.ts";

/**
 * The policy of a speaker that has summary-only aggregates: asks of every prefix first whether one stands for it. A class
 * of its own, so that whoever has no aggregates pays nothing.
 */
export class SuppressingPolicy extends ExportPolicy {
  readonly #suppressed: (prefix: number) => boolean;

  constructor(
    terms: ExportTerms,
    store: AttributeStore,
    peers: PeerTable,
    rib: Rib,
    suppressed: (prefix: number) => boolean,
  ) {
    super(terms, store, peers, rib);
    this.#suppressed = suppressed;
  }

  override exported(prefix: number, set: number, source: number): number {
    return this.#suppressed(prefix) ? -denial.suppressed : super.exported(prefix, set, source);
  }
}
