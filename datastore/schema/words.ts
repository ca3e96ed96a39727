import type { Kind } from "../model/resource.ts";
import { bgpWords } from "./words-bgp.ts";
import { felixWords } from "./words-felix.ts";
import { kindWords } from "./words-kinds.ts";
import { policyWords } from "./words-policy.ts";
import { sharedWords } from "./words-shared.ts";

/** Sentences by the end of a field's path: `prefixLength.min`; the longest end that fits counts. */
export type Words = Readonly<Record<string, string>>;

const tables: { readonly [K in Kind]?: Words } = {
  ...bgpWords,
  ...kindWords,
  ...policyWords,
  FelixConfiguration: felixWords,
};

/** A sentence on a field of a kind: what it is, its unit, its default; undefined when nothing is said of it. */
export function wordsFor(kind: Kind, path: readonly string[]): string | undefined {
  for (const table of [tables[kind] ?? {}, sharedWords]) {
    for (let from = 0; from < path.length; from++) {
      const words = table[path.slice(from).join(".")];
      if (words !== undefined) return words;
    }
  }
  return path.length === 0 ? tables[kind]?.[""] : undefined;
}
