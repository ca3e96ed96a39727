import type { Entry } from "../../datastore/store.ts";
import { formatAddress } from "../../net/address-text.ts";
import { overlaps, prefixKey, prefixSize } from "../../net/prefix.ts";
import { allocationsIn } from "../allocation.ts";
import { checkIpam } from "../check.ts";
import { blocksIn, type PlacedBlock } from "../show.ts";

/** What the callers of one handle know: exactly these addresses, or nothing, because an answer was lost. */
export interface Expected {
  addresses: Set<string> | "unsure";
  /** A writer in Calico's steps died over it: until it is released its books may disagree. */
  isTorn: boolean;
  /** Its pod is gone without a release: a collector may take it at any time. */
  isDead: boolean;
}

/** What callers were told, by handle. */
export class LifeModel {
  readonly #handles = new Map<string, Expected>();

  of(handle: string): Expected {
    const known = this.#handles.get(handle);
    if (known) return known;
    const fresh: Expected = { addresses: new Set(), isTorn: false, isDead: false };
    this.#handles.set(handle, fresh);
    return fresh;
  }

  /** A writer in Calico's steps died: a block may name an owner whose affinity somebody ended meanwhile, until it is collected. */
  isAnyTorn = false;

  get handles(): readonly string[] {
    return [...this.#handles.keys()];
  }

  /** Whether a collector must leave a handle alone. */
  isLiving(handle: string): boolean {
    const { addresses, isDead } = this.of(handle);
    return !isDead && (addresses === "unsure" || addresses.size > 0);
  }

  /** What in a quiet store contradicts what callers were told, or itself. */
  *violations(entries: readonly Entry[]): Generator<string> {
    const torn = this.handles.filter((handle) => this.of(handle).isTorn);
    for (const { kind, about, why } of checkIpam(entries)) {
      const isTorn = torn.some((handle) => about === handle || about.startsWith(`${handle} `));
      if (kind === "block-without-affinity" && this.isAnyTorn) continue;
      if (!isTorn) yield `${kind} ${about}: ${why}`;
    }
    const blocks = blocksIn(entries);
    yield* blockViolations(blocks);
    const there = new Map<string, Set<string>>();
    for (const { handle, address } of allocationsIn(blocks)) {
      there.set(handle, (there.get(handle) ?? new Set()).add(formatAddress(address)));
    }
    for (const handle of new Set([...this.handles, ...there.keys()])) {
      const { addresses, isDead } = this.of(handle);
      if (addresses === "unsure" || isDead) continue;
      const [told, found] = [addresses, there.get(handle) ?? new Set()].map((set) => [...set].sort().join(" "));
      if (told !== found) yield `${handle}: callers were told [${told}], the store says [${found}]`;
    }
  }
}

function* blockViolations(blocks: readonly PlacedBlock[]): Generator<string> {
  for (const [i, { cidr, block }] of blocks.entries()) {
    const next = blocks[i + 1]?.cidr;
    if (next && overlaps(cidr, next)) yield `${prefixKey(cidr)} and ${prefixKey(next)} overlap`;
    const held = block.allocations.filter((index) => index !== null).length;
    if (held + block.unallocated.length !== prefixSize(cidr)) yield `${prefixKey(cidr)}: addresses are lost`;
  }
}
