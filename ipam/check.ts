import { parseIpamPath } from "../datastore/ipam-key.ts";
import { affinityState } from "../datastore/model/block-affinity.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { IPAMHandle } from "../datastore/model/ipam-handle.ts";
import type { Entry } from "../datastore/store.ts";
import { prefixKey } from "../net/prefix.ts";
import { affinityOf } from "./block.ts";
import { Unreadable } from "./error.ts";
import { readAffinity, readBlock, readHandle } from "./stored.ts";

/** One thing that does not fit in a snapshot of IPAM. */
export interface Problem {
  readonly kind:
    | "unreadable"
    | "orphan-handle"
    | "missing-handle"
    | "handle-count"
    | "affinity-without-block"
    | "block-without-affinity"
    | "foreign-affinity";
  /** What it is about: a path, a handle, or `handle in block`. */
  readonly about: string;
  readonly why: string;
}

interface Books {
  readonly blocks: Map<string, IPAMBlock>;
  readonly handles: Map<string, IPAMHandle>;
  /** Block → owners with a confirmed affinity to it. */
  readonly affinities: Map<string, string[]>;
  /** `owner on block` of every affinity, whatever its state. */
  readonly claims: Set<string>;
  readonly problems: Problem[];
}

function read(entries: readonly Entry[]): Books {
  const books: Books = {
    blocks: new Map(),
    handles: new Map(),
    affinities: new Map(),
    claims: new Set(),
    problems: [],
  };
  for (const entry of entries) {
    try {
      enter(books, entry);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      books.problems.push({ kind: "unreadable", about: entry.key, why: error.facts.reason });
    }
  }
  return books;
}

function enter(books: Books, entry: Entry): void {
  const key = parseIpamPath(entry.key);
  if (key?.kind === "block") {
    const block = readBlock(entry);
    if (block) books.blocks.set(prefixKey(key.cidr), block);
  } else if (key?.kind === "handle") {
    const handle = readHandle(entry);
    if (handle) books.handles.set(key.id, handle);
  } else if (key?.kind === "affinity") {
    const cidr = prefixKey(key.cidr);
    books.claims.add(`${key.owner}:${key.name} on ${cidr}`);
    if (affinityState(readAffinity(entry)) !== "confirmed") return;
    books.affinities.set(cidr, [...(books.affinities.get(cidr) ?? []), `${key.owner}:${key.name}`]);
  }
}

/** Handle → block → how many ordinals of the block name it. */
function countOwned(blocks: ReadonlyMap<string, IPAMBlock>): Map<string, Map<string, number>> {
  const owned = new Map<string, Map<string, number>>();
  for (const [cidr, block] of blocks) {
    for (const index of block.allocations) {
      const row = index === null ? undefined : block.attributes[index];
      // What cools down belongs to no handle any more.
      const id = row?.releasedAt === undefined ? row?.handle_id : undefined;
      if (!id) continue;
      const counts = owned.get(id) ?? new Map<string, number>();
      owned.set(id, counts.set(cidr, (counts.get(cidr) ?? 0) + 1));
    }
  }
  return owned;
}

function* handleProblems(books: Books): Generator<Problem> {
  const owned = countOwned(books.blocks);
  for (const [id, handle] of books.handles) {
    const counts = owned.get(id);
    if (!counts) yield { kind: "orphan-handle", about: id, why: "no block knows an address of it" };
    for (const [cidr, count] of Object.entries(handle.block)) {
      const really = counts?.get(cidr) ?? 0;
      if (counts && really !== count) {
        yield { kind: "handle-count", about: `${id} in ${cidr}`, why: `the handle says ${count}, the block ${really}` };
      }
    }
    for (const cidr of counts?.keys() ?? []) {
      if (cidr in handle.block) continue;
      yield { kind: "handle-count", about: `${id} in ${cidr}`, why: "the handle does not know the block" };
    }
  }
  for (const id of owned.keys()) {
    if (!books.handles.has(id)) yield { kind: "missing-handle", about: id, why: "blocks name it, but it is not there" };
  }
}

function* affinityProblems(books: Books): Generator<Problem> {
  for (const [cidr, owners] of books.affinities) {
    const block = books.blocks.get(cidr);
    for (const owner of owners) {
      const about = `${owner} on ${cidr}`;
      if (!block) yield { kind: "affinity-without-block", about, why: "confirmed, but the block is not there" };
      else if (affinityOf(block) !== owner) {
        yield { kind: "foreign-affinity", about, why: `the block belongs to ${affinityOf(block) ?? "nobody"}` };
      }
    }
  }
}

function* claimProblems(books: Books): Generator<Problem> {
  for (const [cidr, block] of books.blocks) {
    const about = `${affinityOf(block)} on ${cidr}`;
    if (affinityOf(block) === null || books.claims.has(about)) continue;
    yield { kind: "block-without-affinity", about, why: "the block names an owner that has no affinity to it" };
  }
}

/**
 * What does not fit in one snapshot of everything under `/calico/ipam/v2/`, in order of kind and subject. Half-done claims
 * are no problem: they are part of Calico's protocol.
 */
export function checkIpam(entries: readonly Entry[]): readonly Problem[] {
  const books = read(entries);
  const found = [...books.problems, ...handleProblems(books), ...affinityProblems(books), ...claimProblems(books)];
  const text = (problem: Problem): string => `${problem.kind} ${problem.about}`;
  return found.sort((x, y) => (text(x) < text(y) ? -1 : 1));
}
