import { covers, type Prefix } from "../../net/prefix.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import type { Filter, Match, PrefixRange, RouteSource } from "./filter.ts";

/** A route as a filter sees it. The prefix is only made when a term asks. */
export interface FilterSubject {
  readonly prefix: () => Prefix;
  /** Id of its attribute set. */
  readonly set: number;
  readonly source: RouteSource;
}

/** Whether the outcome depends on more than the attribute set and the source. */
export function readsPrefix(filter: Filter): boolean {
  return filter.terms.some(({ match }) => match.prefixes !== undefined);
}

/** Position of the first term that matches, or -1 when `otherwise` decides. */
export function matchingTerm(filter: Filter, subject: FilterSubject, store: AttributeStore): number {
  return filter.terms.findIndex(({ match }) => matches(match, subject, store));
}

function matches(match: Match, subject: FilterSubject, store: AttributeStore): boolean {
  if (match.source !== undefined && match.source !== subject.source) return false;
  if (match.tags !== undefined && !match.tags.includes(store.tag(subject.set))) return false;
  if (match.communities !== undefined && !hasCommunity(store.block(subject.set), match.communities)) return false;
  if (match.prefixes === undefined) return true;
  const prefix = subject.prefix();
  return match.prefixes.some((range) => isIn(range, prefix));
}

function isIn(range: PrefixRange, prefix: Prefix): boolean {
  const least = range.minLength ?? range.prefix.length;
  const most = range.maxLength ?? range.minLength ?? range.prefix.length;
  return prefix.length >= least && prefix.length <= most && covers(range.prefix, prefix);
}

function hasCommunity(block: Uint8Array, wanted: readonly number[]): boolean {
  for (let at = 0; at < block.length; ) {
    const isLong = (block[at]! & attributeFlag.extendedLength) !== 0;
    const value = at + (isLong ? 4 : 3);
    const next = value + (isLong ? (block[at + 2]! << 8) | block[at + 3]! : block[at + 2]!);
    if (block[at + 1] === attributeCode.communities) {
      for (let i = value; i < next; i += 4) {
        const one = ((block[i]! << 24) | (block[i + 1]! << 16) | (block[i + 2]! << 8) | block[i + 3]!) >>> 0;
        if (wanted.includes(one)) return true;
      }
      return false;
    }
    at = next;
  }
  return false;
}
