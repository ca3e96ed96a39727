import { affinityPath, blockPath, handlePath } from "../datastore/ipam-key.ts";
import { writeJson } from "../datastore/json.ts";
import type { BlockAffinity } from "../datastore/model/block-affinity.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { IPAMHandle } from "../datastore/model/ipam-handle.ts";
import type { Compare, Entry, Put, Revision, Store } from "../datastore/store.ts";
import { invariant } from "../lib/error.ts";
import type { Prefix } from "../net/prefix.ts";
import { nextVersion } from "./block.ts";
import type { Ledger, Seen } from "./ledger.ts";
import { readAffinity, readBlock, readHandle } from "./stored.ts";

interface Write {
  readonly value: object | undefined;
  /** What will stand in the store: a block there has a new sequence number. */
  readonly final: () => object | undefined;
}

/** The path of the affinity of `host:<node>` or `virtual:<name>`. */
function affinityPathOf(owner: string, cidr: Prefix): string {
  const colon = owner.indexOf(":");
  const kind = owner.slice(0, colon) === "virtual" ? "virtual" : "host";
  return affinityPath(kind, owner.slice(colon + 1), cidr);
}

/** A point in a draft to which one can go back. */
export interface Mark {
  readonly writes: ReadonlyMap<string, Write>;
  readonly rests: ReadonlyMap<string, Revision>;
  readonly claims: number;
  readonly afterwards: number;
}

/** How sure a read must be: a hint does, a hint does and an unknown path counts as empty, or only the store's word. */
export type Trust = "hint" | "absent" | "store";

/**
 * Changes to blocks, handles and affinities that will happen together or not at all. Reads see the draft's own changes.
 * Everything written is compared with the revision it was read at; so is what the draft merely rests on.
 */
export class Draft {
  readonly #ledger: Ledger;
  #writes = new Map<string, Write>();
  #rests = new Map<string, Revision>();
  /** What each path was when this draft looked; the same for the whole draft, unless the store was asked again. */
  readonly #reads = new Map<string, Seen>();
  readonly #afterwards: (() => void)[] = [];
  /** Blocks that become the node's with this draft. */
  readonly claims: Prefix[] = [];

  /** Whether nothing was remembered when it was begun: what it then finds missing is missing. */
  readonly isFresh: boolean;

  constructor(ledger: Ledger, isFresh = false) {
    this.#ledger = ledger;
    this.isFresh = isFresh;
  }

  block(cidr: Prefix, trust: Trust = "hint"): Promise<IPAMBlock | undefined> {
    return this.#read(blockPath(cidr), readBlock, trust);
  }

  handle(id: string, trust: Trust = "hint"): Promise<IPAMHandle | undefined> {
    return this.#read(handlePath(id), readHandle, trust);
  }

  /** The affinity of an owner, `host:<node>` or `virtual:<name>`, to a block. */
  affinity(owner: string, cidr: Prefix, trust: Trust = "hint"): Promise<BlockAffinity | undefined> {
    return this.#read(affinityPathOf(owner, cidr), readAffinity, trust);
  }

  /** The block will be this, under its next sequence number, or gone. It must have been read. */
  setBlock(cidr: Prefix, block: IPAMBlock | undefined): void {
    this.#write(blockPath(cidr), block, () => block && nextVersion(block));
  }

  setHandle(id: string, handle: IPAMHandle | undefined): void {
    this.#write(handlePath(id), handle, () => handle);
  }

  setAffinity(owner: string, cidr: Prefix, affinity: BlockAffinity | undefined): void {
    this.#write(affinityPathOf(owner, cidr), affinity, () => affinity);
  }

  /** The draft is only right while this path stands at this revision, 0 for absent. */
  restOn(path: string, revision: Revision): void {
    this.#rests.set(path, revision);
  }

  /** The draft is only right while a block it has read stays as it was. */
  pinBlock(cidr: Prefix): void {
    this.#pin(blockPath(cidr));
  }

  /** The draft is only right while a handle it has read stays as it was, absent for instance. */
  pinHandle(id: string): void {
    this.#pin(handlePath(id));
  }

  #pin(path: string): void {
    const revision = this.#reads.get(path)?.revision;
    invariant(revision !== undefined, `${path} is pinned without having been read`);
    this.#rests.set(path, revision);
  }

  /** What was read and not written will be read anew: nothing that is still to be decided rests on it. */
  lookAgain(): void {
    for (const path of this.#reads.keys()) if (!this.#writes.has(path)) this.#reads.delete(path);
  }

  /** To be called once the commit has happened: the place to tell facts from. */
  afterwards(call: () => void): void {
    this.#afterwards.push(call);
  }

  /** How many keys the commit will compare: what a store's limit of operations counts. */
  get size(): number {
    return this.#rests.size + this.#writes.size;
  }

  mark(): Mark {
    const [writes, rests] = [new Map(this.#writes), new Map(this.#rests)];
    return { writes, rests, claims: this.claims.length, afterwards: this.#afterwards.length };
  }

  /** Takes back everything since the mark. */
  restore(mark: Mark): void {
    this.#writes = new Map(mark.writes);
    this.#rests = new Map(mark.rests);
    this.claims.length = mark.claims;
    this.#afterwards.length = mark.afterwards;
  }

  /**
   * Writes everything at once. Answers the paths whose revisions had moved on, none when it happened; the ledger has
   * learnt the truth of them. A draft without writes is not sent: what it answered came from reads alone.
   */
  async commit(store: Store): Promise<readonly string[]> {
    if (this.#writes.size === 0) return [];
    const compares = [...this.#compares()].map(([key, revision]) => ({ key, revision }));
    const puts: Put[] = [];
    const deletes: string[] = [];
    const values: object[] = [];
    for (const [key, { final }] of this.#writes) {
      const value = final();
      if (value === undefined) deletes.push(key);
      else {
        puts.push({ key, value: writeJson(value) });
        values.push(value);
      }
    }
    const result = await store.commit(compares, puts, deletes);
    if (!result.committed) return this.#stale(compares, result.found);
    for (const [i, { key, value }] of puts.entries()) {
      this.#ledger.learnWritten({ key, value, revision: result.revision }, values[i]!);
    }
    for (const key of deletes) this.#ledger.learn(key, undefined);
    for (const call of this.#afterwards) call();
    return [];
  }

  #compares(): Map<string, Revision> {
    const all = new Map(this.#rests);
    for (const path of this.#writes.keys()) all.set(path, this.#reads.get(path)!.revision);
    return all;
  }

  #stale(compares: readonly Compare[], found: readonly Entry[]): readonly string[] {
    const there = new Map(found.map((entry) => [entry.key, entry]));
    const moved = compares.filter(({ key, revision }) => (there.get(key)?.revision ?? 0) !== revision);
    for (const { key } of moved) {
      const entry = there.get(key);
      // Silence means gone, or equal and therefore not reported: only the store can tell.
      if (entry) this.#ledger.learn(key, entry);
      else this.#ledger.drop(key);
    }
    return moved.map(({ key }) => key);
  }

  async #read<T extends object>(
    path: string,
    decode: (entry: Entry) => T | undefined,
    trust: Trust,
  ): Promise<T | undefined> {
    const written = this.#writes.get(path);
    if (written) return written.value as T | undefined;
    const known = trust === "store" ? undefined : this.#reads.get(path);
    const seen = known ?? (await this.#seen(path, trust));
    this.#reads.set(path, seen);
    return seen.entry && this.#ledger.decoded(seen.entry, decode);
  }

  async #seen(path: string, trust: Trust): Promise<Seen> {
    if (trust === "store") return this.#ledger.fetch(path);
    if (trust === "absent" && !this.#ledger.hint(path)) return this.#ledger.learn(path, undefined);
    return this.#ledger.read(path);
  }

  #write(path: string, value: object | undefined, final: Write["final"]): void {
    invariant(this.#reads.has(path), `${path} is written without having been read`);
    this.#writes.set(path, { value, final });
  }
}
