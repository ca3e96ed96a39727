import { formatPrefix } from "../../net/prefix.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { type AttributeWords, attributeWords } from "../attribute/words.ts";
import { isEligible, whyIneligible } from "../rib/best-path.ts";
import { staleness } from "../rib/path-table.ts";
import type { RouteState } from "./route-query.ts";
import type { FamilyTables, Tables } from "./tables.ts";

const staleWords: Readonly<Record<number, RouteState["stale"]>> = {
  [staleness.stale]: "stale",
  [staleness.condemned]: "going",
  [staleness.longLived]: "long-lived stale",
  [staleness.refreshing]: "refreshing",
};

/** Puts routes into words; every attribute set is decoded once in the life of one of these. */
export class RouteWords {
  readonly #tables: Tables;
  readonly #known = new Map<number, AttributeWords>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** An attribute set of the store; `set` may be one that was made for a peer. */
  attributes(set: number): AttributeWords {
    const known = this.#known.get(set);
    if (known) return known;
    const { attributes: store } = this.#tables;
    const block = store.block(set);
    // Sets made for a speaker of two-octet AS numbers are kept under a tag (RFC 6793 4.2.2).
    const terms = { fourOctetAs: store.tag(set) !== 0xffffffff, isInternal: true };
    const { attributes = pathAttributes() } = decodeAttributes(block, 0, block.length, terms);
    const words = attributeWords(attributes);
    this.#known.set(set, words);
    return words;
  }

  /** A path of the Adj-RIB-In, with the attributes as decisions see them or as its peer sent them. */
  path(one: FamilyTables, path: number, asReceived: boolean): RouteState {
    const { paths, prefixes, locRib, candidates } = one.rib;
    const prefix = paths.prefix[path]!;
    const best = locRib.best(prefix);
    const isOk = isEligible(candidates, path);
    const isUsed = path !== best && isOk && one.forwarding(prefix).paths.includes(path);
    const pathId = paths.receivedId(path);
    const stale = staleWords[paths.stale[path]!];
    return {
      prefix: formatPrefix(prefixes.prefix(prefix)),
      peer: this.#tables.peers.peer(paths.peer[path]!).name,
      state: path === best ? "best" : !isOk ? "ineligible" : isUsed ? "multipath" : "backup",
      ...(pathId !== 0 && { pathId }),
      ...(stale && { stale }),
      ...(!isOk && { why: whyIneligible(candidates, path) }),
      ...this.attributes(asReceived ? paths.received(path) : paths.attributes[path]!),
    };
  }
}
