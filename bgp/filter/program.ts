import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import { type AttributeTest, attributeTest } from "./attribute-test.ts";
import { combined } from "./combine.ts";
import type { Change, Filter, Match, RouteSource } from "./filter.ts";
import { PrefixSet } from "./prefix-set.ts";

/** A route as a filter sees it. The prefix is only made when a term asks. */
export interface FilterSubject {
  readonly prefix: () => Prefix;
  /** Id of its attribute set. */
  readonly set: number;
  readonly source: RouteSource;
  /** Name of the peer it came from; absent for our own routes. */
  readonly peer?: string;
}

/** What a filter makes of a route. */
export interface Outcome {
  readonly isAccepted: boolean;
  /** The changes of all terms that had a say. */
  readonly change: Change | undefined;
  /** Positions of the terms that had a say, the deciding one last; without it `otherwise` decided. */
  readonly terms: readonly number[];
}

/** One term, ready to be asked. */
interface Step {
  readonly term: number;
  /** Position among the bits of attribute sets, or -1. */
  readonly bit: number;
  readonly test: AttributeTest | undefined;
  readonly source: Match["source"];
  readonly peers: ReadonlySet<string> | undefined;
  readonly inside: PrefixSet | undefined;
  readonly outside: PrefixSet | undefined;
  readonly goesOn: boolean;
}

/**
 * A filter made ready for one family. What only looks at the attribute set comes as bits, one a term that asks for it
 * (`bitsOf`), which callers may keep for as long as the set lives; `outcomeOf` then asks for source and prefix. Outcomes
 * have numbers: a term's position when it decided alone, one behind the last for `otherwise`, and larger ones for
 * chains of `next-term`s, given out as they occur.
 */
export class FilterProgram {
  readonly filter: Filter;
  /** Whether the outcome depends on the prefix. */
  readonly readsPrefix: boolean;
  /** How many words `bitsOf` fills; 0 when no term asks for attributes. */
  readonly words: number;
  readonly #steps: readonly Step[];
  readonly #outcomes: Outcome[];
  readonly #chains = new Map<string, number>();

  constructor(filter: Filter, family: Family) {
    this.filter = filter;
    let bits = 0;
    this.#steps = filter.terms.flatMap(({ match, verdict }, term) => {
      if (match.family !== undefined && match.family !== family) return [];
      const test = attributeTest(match);
      return [
        {
          term,
          bit: test ? bits++ : -1,
          test,
          source: match.source,
          peers: match.peers && new Set(match.peers),
          inside: match.prefixes && new PrefixSet(match.prefixes),
          outside: match.notPrefixes && new PrefixSet(match.notPrefixes),
          goesOn: verdict === "next-term",
        },
      ];
    });
    this.words = Math.ceil(bits / 32);
    this.readsPrefix = this.#steps.some(({ inside, outside }) => (inside ?? outside) !== undefined);
    this.#outcomes = filter.terms.map((_, term) => this.#outcome([term], term));
    this.#outcomes.push(this.#outcome([], -1));
  }

  /** Writes which terms an attribute set meets into `bits`, `words` of them from `at` on. */
  bitsOf(set: number, store: AttributeStore, bits: Uint32Array, at: number): void {
    for (let i = 0; i < this.words; i++) bits[at + i] = 0;
    for (const { bit, test } of this.#steps) {
      if (test?.(set, store)) bits[at + (bit >>> 5)]! |= 1 << (bit & 31);
    }
  }

  /** The number of the outcome for a route; `bits` from `at` on as `bitsOf` left them. */
  outcomeOf(bits: Uint32Array, at: number, source: RouteSource, peer: string, prefix: Prefix | undefined): number {
    let chain: number[] | undefined;
    for (const step of this.#steps) {
      const { bit } = step;
      if (bit >= 0 && ((bits[at + (bit >>> 5)]! >>> (bit & 31)) & 1) === 0) continue;
      if (!comesFrom(step, source, peer) || !lies(step, prefix)) continue;
      if (!step.goesOn) return chain ? this.#chain(chain, step.term) : step.term;
      if (chain) chain.push(step.term);
      else chain = [step.term];
    }
    return chain ? this.#chain(chain, -1) : this.filter.terms.length;
  }

  /** What an outcome's number means. */
  outcome(number: number): Outcome {
    return this.#outcomes[number]!;
  }

  #chain(terms: number[], last: number): number {
    if (last >= 0) terms.push(last);
    const key = last >= 0 ? terms.join() : `${terms.join()},`;
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const number = this.#outcomes.push(this.#outcome(terms, last)) - 1;
    this.#chains.set(key, number);
    return number;
  }

  #outcome(terms: readonly number[], last: number): Outcome {
    const verdict = last < 0 ? this.filter.otherwise : this.filter.terms[last]!.verdict;
    let change: Change | undefined;
    for (const term of terms) change = combined(change, this.filter.terms[term]!.change);
    return { isAccepted: verdict !== "reject", change, terms };
  }
}

const programs = new WeakMap<Filter, Partial<Record<Family, FilterProgram>>>();

/** The program of a filter for a family; the same filter gives the same program. */
export function filterProgram(filter: Filter, family: Family): FilterProgram {
  let both = programs.get(filter);
  if (both === undefined) {
    both = {};
    programs.set(filter, both);
  }
  both[family] ??= new FilterProgram(filter, family);
  return both[family];
}

function comesFrom({ source: wanted, peers }: Step, source: RouteSource, peer: string): boolean {
  if (wanted !== undefined && wanted !== source && (wanted !== "peers" || source === "local")) return false;
  return peers === undefined || peers.has(peer);
}

function lies({ inside, outside }: Step, prefix: Prefix | undefined): boolean {
  if (inside === undefined && outside === undefined) return true;
  return prefix !== undefined && (inside?.has(prefix) ?? true) && !outside?.has(prefix);
}
