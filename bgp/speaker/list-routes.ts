import { formatPrefix, masked, type Prefix, prefixOf } from "../../net/prefix.ts";
import type { PrefixTable } from "../rib/prefix-table.ts";
import { maxPage, maxSteps, type RoutePage, type RouteQuery, type RouteState } from "./route-query.ts";
import { RouteWords } from "./route-words.ts";
import type { SpeakerPeer } from "./speaker-peer.ts";
import type { FamilyTables, Tables } from "./tables.ts";

/** Where a page begins: a family, a prefix id in it, and how many routes of that prefix were told already. */
interface Place {
  readonly family: number;
  readonly id: number;
  readonly skip: number;
}

/** The id of a prefix, or with `longest` of the most specific known one that covers it; 0 when there is none. */
export function findPrefix(prefixes: PrefixTable, prefix: Prefix, longest: boolean): number {
  for (let length = prefix.length; length >= 0; length--) {
    const { a, b, c, d } = masked(prefixOf(prefix, length));
    const id = prefixes.find(a, b, c, d, length);
    if (id !== 0 || !longest) return id;
  }
  return 0;
}

function placeOf(cursor: string | undefined): Place {
  const [family = 0, id = 1, skip = 0] = (cursor ?? "").split(".", 3).filter(Boolean).map(Number);
  return { family, id: Math.max(1, id), skip };
}

/** Whether a cursor is one that a page gave out; it may have grown old, which does no harm. */
export function isCursor(text: string): boolean {
  return /^[01]\.[0-9]{1,10}\.[0-9]{1,10}$/.test(text);
}

/**
 * A page of the routes asked for. It looks at no more than `maxSteps` prefixes and tells no more than `maxPage` routes, so
 * its time has a bound whatever the tables hold. A prefix that came, went or changed between two pages is told as it was
 * or as it is; one that stayed is told exactly once.
 */
export function listRoutes(tables: Tables, peers: readonly SpeakerPeer[], query: RouteQuery): RoutePage {
  const walk = new Walk(tables, peers, query);
  const all = [...tables.families.values()];
  const start = placeOf(query.cursor);
  for (let at = start.family; at < all.length; at++) {
    const one = all[at]!;
    const { family } = one.rib;
    if ((query.family ?? family) !== family || (query.prefix?.family ?? family) !== family) continue;
    const isFirst = at === start.family;
    const stop = walk.family(one, isFirst ? start.id : 1, isFirst ? start.skip : 0);
    if (stop) return { routes: walk.routes, next: `${at}.${stop}` };
  }
  return { routes: walk.routes };
}

class Walk {
  readonly routes: RouteState[] = [];
  #steps = 0;
  readonly #tables: Tables;
  readonly #query: RouteQuery;
  readonly #limit: number;
  readonly #words: RouteWords;
  /** Index of the peer asked for; -1: any. */
  readonly #peer: number;
  readonly #isKnown: boolean;

  constructor(tables: Tables, peers: readonly SpeakerPeer[], query: RouteQuery) {
    this.#tables = tables;
    this.#query = query;
    this.#limit = Math.min(query.limit, maxPage);
    this.#words = new RouteWords(tables);
    const { peer } = query;
    const found = peers.find(({ name }) => name === peer)?.index ?? (peer === "local" ? 0 : undefined);
    this.#peer = found ?? -1;
    this.#isKnown = peer === undefined || found !== undefined;
  }

  /** Tells of a family from a prefix on; where to go on when the page is full, `id.skip`, or undefined. */
  family(one: FamilyTables, from: number, skip: number): string | undefined {
    const { prefixes } = one.rib;
    if (!this.#isKnown) return undefined;
    const { prefix, longest = false } = this.#query;
    if (prefix) {
      const id = findPrefix(prefixes, prefix, longest);
      return id === 0 || id < from ? undefined : this.#prefix(one, id, id === from ? skip : 0);
    }
    for (let id = from; id < prefixes.limit; id++) {
      if (this.#steps++ >= maxSteps) return `${id}.0`;
      const stop = prefixes.holds(id) === 0 ? undefined : this.#prefix(one, id, id === from ? skip : 0);
      if (stop) return stop;
    }
    return undefined;
  }

  #prefix(one: FamilyTables, id: number, skip: number): string | undefined {
    if (this.#query.view === "advertised") return this.#told(one, id, skip);
    let number = 0;
    for (const path of this.#paths(one, id)) {
      this.#steps++;
      if (number++ < skip) continue;
      if (this.routes.length >= this.#limit) return `${id}.${number - 1}`;
      this.routes.push(this.#words.path(one, path, this.#query.view === "received"));
    }
    return undefined;
  }

  *#paths({ rib: { paths, locRib }, forwarding }: FamilyTables, id: number): Generator<number> {
    const isMine = (path: number): boolean => this.#peer < 0 || paths.peer[path] === this.#peer;
    const best = locRib.best(id);
    if (best !== 0 && isMine(best)) yield best;
    const first = paths.first[id] ?? 0;
    if (first === best && paths.next[best] === 0) return;
    if (this.#query.view === "best") {
      for (const path of forwarding(id).paths) if (path !== best && isMine(path)) yield path;
      return;
    }
    for (let path = first; path !== 0; path = paths.next[path]!) if (path !== best && isMine(path)) yield path;
  }

  #told({ rib, groups }: FamilyTables, id: number, skip: number): string | undefined {
    const told = groups.groupOf(this.#peer)?.told(this.#peer, id) ?? [];
    for (const [number, { set, source, pathId }] of told.entries()) {
      if (number < skip) continue;
      if (this.routes.length >= this.#limit) return `${id}.${number}`;
      this.routes.push({
        prefix: formatPrefix(rib.prefixes.prefix(id)),
        peer: this.#tables.peers.peer(source).name,
        state: "best",
        ...(pathId !== 0 && { pathId }),
        ...this.#words.attributes(set),
      });
    }
    return undefined;
  }
}
