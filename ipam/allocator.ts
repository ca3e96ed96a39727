import { parseIpamPath } from "../datastore/ipam-key.ts";
import { invariant } from "../lib/error.ts";
import type { Address } from "../net/address.ts";
import { families } from "../net/family.ts";
import { covers, nthAddress, type Prefix, parsePrefix, prefixKey } from "../net/prefix.ts";
import { Batch } from "./batch.ts";
import { affinityOf, hostAffinity, isEmpty, ordinalsOf } from "./block.ts";
import type { Draft } from "./draft.ts";
import { releaseBlock, releaseHandle, releaseSome } from "./give-back.ts";
import { blocksOf } from "./handle.ts";
import { Holdings } from "./holdings.ts";
import { Ledger } from "./ledger.ts";
import { placeNext } from "./place.ts";
import { placeExact } from "./place-exact.ts";
import type { Assigned, AssignRequest, ReleaseRequest } from "./request.ts";
import { loadSettings, type Settings } from "./settings.ts";
import type { NodePorts, NodeView } from "./view.ts";

/** Each may touch a block, a handle and an affinity, and a transaction of etcd holds 128 keys. */
const addressesPerCommit = 32;

/**
 * Gives out and takes back the addresses of one node. There is one in each agent; other writers (other agents, Calico's
 * plugin, people) work on the same blocks at the same time. Every change is one commit of blocks, handles and affinities
 * together, so none of them ever speaks of what another does not know.
 */
export class Allocator {
  readonly #ports: NodePorts;
  readonly #ledger: Ledger;
  readonly #holdings: Holdings;
  readonly #batch: Batch;
  #settings: Settings | undefined;

  constructor(ports: NodePorts) {
    this.#ports = ports;
    this.#ledger = new Ledger(ports.store);
    this.#holdings = new Holdings(ports, this.#ledger);
    this.#batch = new Batch(ports.store, this.#ledger, {
      moved: (paths, attempt) => this.#moved(paths, attempt),
      done: () => this.#holdings.forgetSurveys(),
      forget: () => this.forget(),
    });
  }

  /**
   * Gives a handle all the addresses it asks for, in the order asked, or none. Not idempotent for automatic addresses:
   * a handle may hold several; see `addressesOf`. @throws any error of this room, StoreUnavailable: then the addresses
   * may have been given, and `releaseByHandle` or `addressesOf` tell
   */
  assign(request: AssignRequest): Promise<readonly Assigned[]> {
    invariant(
      request.handle !== "" && !request.handle.includes("/"),
      `handle "${request.handle}" has no place in a path`,
    );
    return this.#submit(`assign to ${request.handle}`, async (draft, view) => {
      const given: Assigned[] = [];
      if (request.addresses) {
        for (const address of request.addresses) given.push(await placeExact(draft, view, request, address));
      } else for (const family of request.families) given.push(await placeNext(draft, view, request, family));
      return given;
    });
  }

  /**
   * Takes addresses back, each 32 of them all or none; answers those that nobody had.
   * @throws BadHandle, BadSequenceNumber
   */
  async release(requests: readonly ReleaseRequest[]): Promise<readonly Address[]> {
    const free: Address[] = [];
    for (let at = 0; at < requests.length; at += addressesPerCommit) {
      const some = requests.slice(at, at + addressesPerCommit);
      free.push(...(await this.#submit("release", (draft, view) => releaseSome(draft, view, some))));
    }
    return free;
  }

  /** Takes back everything a handle holds; answers the addresses, none when it held none or is unknown. */
  async releaseByHandle(handle: string): Promise<readonly Address[]> {
    const freed: Address[] = [];
    for (let more = true; more; ) {
      const step = await this.#submit(`release ${handle}`, (draft, view) => releaseHandle(draft, view, handle));
      freed.push(...step.addresses);
      more = step.more;
    }
    return freed;
  }

  /** The addresses a handle holds, as the store has it now. */
  addressesOf(handle: string): Promise<readonly Address[]> {
    return this.#submit(`read ${handle}`, async (draft) => {
      const held = await draft.handle(handle, "store");
      const found: Address[] = [];
      for (const key of held ? blocksOf(held) : []) {
        const cidr = parsePrefix(key);
        const block = cidr && (await draft.block(cidr, "store"));
        if (block) for (const ordinal of ordinalsOf(block, handle)) found.push(nthAddress(cidr, ordinal));
      }
      return found;
    });
  }

  /** Gives up every empty block of the node, the last one too, and ends claims that were begun; answers the blocks. */
  releaseEmptyBlocks(): Promise<readonly Prefix[]> {
    return this.#releaseBlocks(true);
  }

  /** Gives up all blocks of the node, or those within a prefix: the node, or the pool, goes. Blocks with addresses stay, without affinity, until the last is released. */
  releaseAffinities(within?: Prefix): Promise<readonly Prefix[]> {
    return this.#releaseBlocks(false, within);
  }

  /** Pools, reservations, configuration or the node's labels have changed: they are read again before the next use. */
  settingsChanged(): void {
    this.#settings = undefined;
  }

  /** Everything remembered is forgotten; the next operation asks the store. */
  forget(): void {
    this.#ledger.forget();
    this.#holdings.forget();
    this.#settings = undefined;
  }

  async #releaseBlocks(onlyEmpty: boolean, within?: Prefix): Promise<readonly Prefix[]> {
    const released: Prefix[] = [];
    for (const family of families) {
      for (const cidr of await this.#submit("list blocks", (_, view) => this.#ours(view, family))) {
        if (within && !covers(within, cidr)) continue;
        const gone = await this.#submit("release blocks", (draft, view) => this.#giveUp(draft, view, cidr, onlyEmpty));
        if (gone) released.push(cidr);
      }
    }
    return released;
  }

  /** What affinities or blocks call the node's, as the store has it now. */
  async #ours(view: NodeView, family: (typeof families)[number]): Promise<readonly Prefix[]> {
    this.#holdings.forget();
    const mine = `"affinity":${JSON.stringify(hostAffinity(view.node))}`;
    const found = [...(await this.#holdings.own(family)), ...(await this.#holdings.begun(family))];
    const listed = new Set(found.map(prefixKey));
    for (const [cidr, entry] of (await this.#holdings.survey(family)).entries()) {
      const key = parseIpamPath(entry.key);
      if (key && entry.value.includes(mine) && !listed.has(prefixKey(cidr))) found.push(cidr);
    }
    return found;
  }

  async #giveUp(draft: Draft, view: NodeView, cidr: Prefix, onlyEmpty: boolean): Promise<boolean> {
    const block = await draft.block(cidr, "store");
    if (!block || affinityOf(block) !== hostAffinity(view.node)) {
      draft.pinBlock(cidr);
      if (await draft.affinity(view.node, cidr, "store")) draft.setAffinity(view.node, cidr, undefined);
      return false;
    }
    if (onlyEmpty && !isEmpty(block)) return false;
    await releaseBlock(draft, view, cidr, block, onlyEmpty ? "empty" : "the node goes");
    return true;
  }

  #submit<T>(what: string, plan: (draft: Draft, view: NodeView) => Promise<T>): Promise<T> {
    return this.#batch.submit(what, async (draft) => {
      const settings = (this.#settings ??= await loadSettings(this.#ports.store, this.#ports.node));
      const [ledger, holdings] = [this.#ledger, this.#holdings];
      return plan(draft, { ...this.#ports, ledger, holdings, settings });
    });
  }

  #moved(paths: readonly string[], attempt: number): void {
    for (const path of paths) {
      const what = parseIpamPath(path)?.kind;
      // A pool, or the configuration: whatever else was read with it may have changed too.
      if (what === undefined || what === "config") this.settingsChanged();
      if (what === "affinity") this.#holdings.forget();
      this.#ports.tell({ fact: "ipam.conflict", node: this.#ports.node, key: path, attempt });
    }
    this.#holdings.forgetSurveys();
  }
}
