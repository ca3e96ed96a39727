import { covers, type Prefix, prefixKey } from "../../net/prefix.ts";
import { PrefixTrie } from "../../net/prefix-trie.ts";
import type { PrefixRange } from "./filter.ts";

/** Up to so many ranges are looked at one after the other. */
const fewRanges = 8;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Destinations as filters name them, for many questions: a few ranges one after the other, many in a trie. A range without
 * bounds is its prefix alone.
 */
export class PrefixSet {
  readonly #ranges: readonly (PrefixRange & Bounds)[];
  readonly #tries: { readonly ipv4: PrefixTrie<Bounds[]>; readonly ipv6: PrefixTrie<Bounds[]> } | undefined;

  constructor(ranges: readonly PrefixRange[]) {
    this.#ranges = ranges.map((range) => ({ ...range, ...boundsOf(range) }));
    if (ranges.length <= fewRanges) return;
    this.#tries = { ipv4: new PrefixTrie(), ipv6: new PrefixTrie() };
    const bounds = new Map<string, Bounds[]>();
    for (const range of this.#ranges) {
      const key = prefixKey(range.prefix);
      const known = bounds.get(key);
      if (known) known.push(range);
      else {
        bounds.set(key, [range]);
        this.#tries[range.prefix.family].set(range.prefix, bounds.get(key)!);
      }
    }
  }

  has(prefix: Prefix): boolean {
    if (!this.#tries)
      return this.#ranges.some((range) => isWithin(range, prefix.length) && covers(range.prefix, prefix));
    return this.#tries[prefix.family].someCovering(prefix, (all) => all.some((one) => isWithin(one, prefix.length)));
  }
}

function isWithin({ least, most }: Bounds, length: number): boolean {
  return length >= least && length <= most;
}

function boundsOf({ prefix, minLength, maxLength }: PrefixRange): Bounds {
  return { least: minLength ?? prefix.length, most: maxLength ?? minLength ?? prefix.length };
}
