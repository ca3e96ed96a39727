import { noEdit } from "../export/block-edit.ts";
import { BlockEditor } from "../export/block-editor.ts";
import { sortedBlock } from "../export/sorted-block.ts";
import { community } from "../iana.ts";
import { attributeBit } from "./attribute-columns.ts";
import type { AttributeStore } from "./attribute-store.ts";

const addLlgrStale = { ...noEdit, withCommunities: [community.llgrStale] };

/** What becomes of an attribute set whose path is long-lived stale: the same with LLGR_STALE (RFC 9494 4.2). */
export class LongLivedSets {
  readonly #store: AttributeStore;
  readonly #editor = new BlockEditor();

  constructor(store: AttributeStore) {
    this.#store = store;
  }

  /** The set with the community, which may be the same one; the caller holds it. */
  of(set: number): number {
    const store = this.#store;
    const flags = store.columns.flags[set]!;
    if (flags & attributeBit.llgrStale) return set;
    const block = flags & attributeBit.unsorted ? sortedBlock(store.block(set)) : store.block(set);
    const length = this.#editor.edit(block, 0, block.length, addLlgrStale);
    return store.intern(this.#editor.out, 0, length);
  }
}
