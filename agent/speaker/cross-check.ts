import type { Filter } from "../../bgp/filter/filter.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { formatPrefix, type Prefix } from "../../net/prefix.ts";
import { type PeerPlace, placeMistakes, placeName } from "./peer-place.ts";

/** Most `next-term`s of one filter: every chain of them that occurs costs memory. */
const mostNextTerms = 16;

/** The parts of a file that must agree with each other. */
export interface FileParts {
  readonly families: readonly Family[];
  readonly peers: readonly PeerPlace[];
  readonly dynamicPeers: readonly { readonly range: Prefix }[];
  readonly filters: readonly Filter[];
  readonly routes: readonly { readonly prefix: Prefix }[];
  readonly aggregates?: readonly { readonly prefix: Prefix }[] | undefined;
}

/** Every mistake that no single field shows: names given twice, families that are not carried, ranges of no length. */
export function crossCheck(file: FileParts): readonly string[] {
  const { families } = file;
  const aggregates = file.aggregates ?? [];
  const carried = (where: string, prefixes: readonly { readonly prefix: Prefix }[]): string[] =>
    prefixes.flatMap(({ prefix }, i) => {
      if (families.includes(prefix.family)) return [];
      return [`${where}[${i}].prefix: "${formatPrefix(prefix)}": ${prefix.family} is not among families`];
    });
  return [
    ...placeMistakes(file.peers),
    ...twice("peers", "address", file.peers.map(placeName)),
    ...twice(
      "dynamicPeers",
      "range",
      file.dynamicPeers.map(({ range }) => formatPrefix(range)),
    ),
    ...twice("filters", "name", ["accept-all", "reject-all", ...file.filters.map(({ name }) => name)], 2),
    ...twice(
      "routes",
      "prefix",
      file.routes.map(({ prefix }) => formatPrefix(prefix)),
    ),
    ...twice(
      "aggregates",
      "prefix",
      aggregates.map(({ prefix }) => formatPrefix(prefix)),
    ),
    ...carried("routes", file.routes),
    ...carried("aggregates", aggregates),
    ...file.filters.flatMap((filter, i) => filterMistakes(filter, `filters[${i}]`)),
  ];
}

/** The first `builtIn` names are there before the file begins. */
function twice(where: string, field: string, names: readonly (string | undefined)[], builtIn = 0): string[] {
  const firsts = new Map<string, number>();
  return names.flatMap((name, i) => {
    if (name === undefined) return [];
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, i);
      return [];
    }
    const known = first < builtIn ? "built in" : `${where}[${first - builtIn}]`;
    return [`${where}[${i - builtIn}].${field}: "${name}": is there already: ${known}`];
  });
}

function filterMistakes({ terms }: Filter, where: string): string[] {
  const mistakes = terms.flatMap(({ match }, i) => [
    ...rangeMistakes(match.prefixes ?? [], `${where}.terms[${i}].match.prefixes`),
    ...rangeMistakes(match.notPrefixes ?? [], `${where}.terms[${i}].match.notPrefixes`),
  ]);
  const count = terms.filter(({ verdict }) => verdict === "next-term").length;
  if (count > mostNextTerms) mistakes.push(`${where}.terms: ${count} times next-term: at most ${mostNextTerms}`);
  return mistakes;
}

function rangeMistakes(
  ranges: readonly { readonly prefix: Prefix; readonly minLength?: number; readonly maxLength?: number }[],
  where: string,
): string[] {
  return ranges.flatMap(({ prefix, minLength, maxLength }, i) => {
    const least = minLength ?? prefix.length;
    const most = maxLength ?? least;
    const longest = addressBits[prefix.family];
    if (least >= prefix.length && most >= least && most <= longest) return [];
    const wanted = `lengths from ${prefix.length} to ${longest}, the shortest first`;
    return [`${where}[${i}]: ${formatPrefix(prefix)} with ${least} to ${most}: ${wanted}`];
  });
}
