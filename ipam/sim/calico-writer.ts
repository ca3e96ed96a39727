import { affinitiesPrefix, affinityPath, blockPath, handlePath, parseIpamPath } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import type { IPAMBlock } from "../../datastore/model/ipam-block.ts";
import type { Store } from "../../datastore/store.ts";
import type { Address } from "../../net/address.ts";
import { nthAddress, type Prefix, parsePrefix, prefixKey } from "../../net/prefix.ts";
import { affinityOf, assignNext, isEmpty, newBlock, nextVersion, ordinalsOf, release, withAffinity } from "../block.ts";
import { handleMinus, handlePlus } from "../handle.ts";
import { readAffinity, readBlock, readHandle } from "../stored.ts";

const retries = 100;

function state(word: string): string {
  return writeJson({ state: word, deleted: false });
}

/**
 * Assigns and releases as Calico's plugin does, in steps: affinity pending, block, affinity confirmed; handle, then block; block, then
 * handle. Whoever gives it a store that dies leaves things half done, as a killed Calico does. One IPv4 address a call.
 */
export class CalicoWriter {
  readonly #store: Store;
  readonly #node: string;
  readonly #candidates: readonly Prefix[];

  /** `candidates` are the blocks it may claim, in order. */
  constructor(store: Store, node: string, candidates: readonly Prefix[]) {
    this.#store = store;
    this.#node = node;
    this.#candidates = candidates;
  }

  /** One address, or undefined when no block of the node has room. */
  async assign(handle: string): Promise<Address | undefined> {
    const cidr = (await this.#withRoom()) ?? (await this.#claim());
    if (!cidr) return undefined;
    await this.#count(handle, prefixKey(cidr), 1);
    for (let i = 0; i < retries; i++) {
      const entry = await this.#store.get(blockPath(cidr));
      const block = entry && readBlock(entry);
      const isOurs = block && affinityOf(block) === `host:${this.#node}`;
      const attributes = { namespace: "d", node: this.#node, pod: handle };
      const got = isOurs ? assignNext(block, { handle, attributes }, () => false) : undefined;
      if (!got) break;
      if (await this.#write(blockPath(cidr), entry!.revision, nextVersion(got.block)))
        return nthAddress(cidr, got.ordinal);
    }
    await this.#count(handle, prefixKey(cidr), -1);
    return undefined;
  }

  /** Takes back what a handle holds; answers the addresses. */
  async release(handle: string): Promise<readonly Address[]> {
    const entry = await this.#store.get(handlePath(handle));
    const held = entry && readHandle(entry);
    const freed: Address[] = [];
    for (const key of Object.keys(held?.block ?? {})) {
      const cidr = parsePrefix(key)!;
      const addresses = await this.#free(cidr, handle);
      freed.push(...addresses);
      if (addresses.length > 0) await this.#count(handle, key, -addresses.length);
    }
    return freed;
  }

  /** Gives up one block of the node: the affinity is on its way out, the block goes or stays to nobody, the affinity goes. */
  async giveUp(cidr: Prefix): Promise<void> {
    const path = affinityPath("host", this.#node, cidr);
    const affinity = await this.#store.get(path);
    if (!affinity || !(await this.#put(path, affinity.revision, state("pendingDeletion")))) return;
    for (let i = 0; i < retries; i++) {
      const entry = await this.#store.get(blockPath(cidr));
      const block = entry && readBlock(entry);
      if (!block || affinityOf(block) !== `host:${this.#node}`) break;
      const after = isEmpty(block) ? undefined : nextVersion(withAffinity(block, null));
      if (await this.#write(blockPath(cidr), entry!.revision, after)) break;
    }
    const left = await this.#store.get(path);
    if (left && left.value === state("pendingDeletion")) await this.#put(path, left.revision, undefined);
  }

  async #free(cidr: Prefix, handle: string): Promise<readonly Address[]> {
    for (let i = 0; i < retries; i++) {
      const entry = await this.#store.get(blockPath(cidr));
      const block = entry && readBlock(entry);
      const ordinals = block ? ordinalsOf(block, handle) : [];
      if (!block || ordinals.length === 0) return [];
      const after = release(block, ordinals).block;
      const isOver = isEmpty(after) && affinityOf(after) === null;
      if (await this.#write(blockPath(cidr), entry!.revision, isOver ? undefined : nextVersion(after)))
        return ordinals.map((ordinal) => nthAddress(cidr, ordinal));
    }
    return [];
  }

  /** A block of the node with room, its affinity confirmed where it was not. */
  async #withRoom(): Promise<Prefix | undefined> {
    const { entries } = await this.#store.list(affinitiesPrefix("host", this.#node, "ipv4"));
    for (const entry of entries) {
      const key = parseIpamPath(entry.key);
      if (key?.kind !== "affinity" || readAffinity(entry).state === "pendingDeletion") continue;
      const found = await this.#store.get(blockPath(key.cidr));
      const block = found && readBlock(found);
      if (!block || affinityOf(block) !== `host:${this.#node}` || block.unallocated.length === 0) continue;
      if (readAffinity(entry).state === "confirmed") return key.cidr;
      if (await this.#put(entry.key, entry.revision, state("confirmed"))) return key.cidr;
    }
    return undefined;
  }

  async #claim(): Promise<Prefix | undefined> {
    for (const cidr of this.#candidates) {
      if (await this.#store.get(blockPath(cidr))) continue;
      // Begun again when somebody ended the claim meanwhile: it may find its own block then.
      for (let i = 0; i < 3; i++) if (await this.#claimOne(cidr)) return cidr;
    }
    return undefined;
  }

  /** Pending, block, confirmed; false when somebody else came between, whose affinity is then not ours to confirm. */
  async #claimOne(cidr: Prefix): Promise<boolean> {
    const path = affinityPath("host", this.#node, cidr);
    const claim = await this.#put(path, 0, state("pending"));
    if (!claim) return false;
    const fresh: IPAMBlock = newBlock(cidr, `host:${this.#node}`, 1000n);
    if (!(await this.#write(blockPath(cidr), 0, fresh))) {
      const found = await this.#store.get(blockPath(cidr));
      const block = found && readBlock(found);
      if (!block || affinityOf(block) !== `host:${this.#node}`) {
        await this.#put(path, claim, undefined);
        return false;
      }
    }
    return (await this.#put(path, claim, state("confirmed"))) !== undefined;
  }

  async #count(handle: string, block: string, by: number): Promise<void> {
    for (let i = 0; i < retries; i++) {
      const entry = await this.#store.get(handlePath(handle));
      const held = entry && readHandle(entry);
      if (!held && by < 0) return;
      const after = by > 0 ? handlePlus(held, block, by) : handleMinus(held!, block, -by);
      if (await this.#write(handlePath(handle), entry?.revision ?? 0, after)) return;
    }
  }

  #write(path: string, revision: number, value: object | undefined): Promise<number | undefined> {
    return this.#put(path, revision, value && writeJson(value));
  }

  /** The new revision, or undefined when somebody else was faster. */
  async #put(path: string, revision: number, value: string | undefined): Promise<number | undefined> {
    const [puts, deletes] = value === undefined ? [[], [path]] : [[{ key: path, value }], []];
    const result = await this.#store.commit([{ key: path, revision }], puts, deletes);
    return result.committed ? result.revision : undefined;
  }
}
