import { parseIpamPath } from "../datastore/ipam-key.ts";
import { invariant } from "../lib/error.ts";
import type { Address } from "../net/address.ts";
import { families } from "../net/family.ts";
import { covers, nthAddress, type Prefix, parsePrefix, prefixKey } from "../net/prefix.ts";
import { allocationsIn } from "./allocation.ts";
import { Batch } from "./batch.ts";
import { affinityOf, isEmpty, ordinalsOf, type Reserved } from "./block.ts";
import { thawed } from "./cooldown.ts";
import type { Draft } from "./draft.ts";
import { BadHandle, BadSequenceNumber } from "./error.ts";
import { releaseBlock, releaseHandle, releaseSome } from "./give-back.ts";
import { blocksOf } from "./handle.ts";
import { Holdings } from "./holdings.ts";
import { Ledger } from "./ledger.ts";
import { placeNext } from "./place.ts";
import { placeExact } from "./place-exact.ts";
import type { Assigned, AssignRequest, ReleaseRequest } from "./request.ts";
import { loadReserved, loadSettings, type Settings } from "./settings.ts";
import { blocksIn } from "./show.ts";
import { type NodePorts, type NodeView, ownerText } from "./view.ts";

/** Each may touch a block, a handle and an affinity, and a transaction of etcd holds 128 keys. */
const addressesPerCommit = 32;

/** After so many attempts that met other writers, what blocks there are is read again. */
const surveyEvery = 8;

type ReservedFor = (draft: Draft) => Promise<Reserved>;

const noneReserved: ReservedFor = () => Promise.resolve(() => false);

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
  readonly #reserved = new WeakMap<Draft, Promise<Reserved>>();
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
    const plan = async (draft: Draft, view: NodeView): Promise<readonly Assigned[]> => {
      const given: Assigned[] = [];
      if (request.addresses) {
        for (const address of request.addresses) given.push(await placeExact(draft, view, request, address));
      } else for (const family of request.families) given.push(await placeNext(draft, view, request, family));
      return given;
    };
    // An address asked for by name may be reserved.
    const reserved: ReservedFor = request.addresses ? noneReserved : (draft) => this.#reservedNow(draft);
    return this.#submit(`assign to ${request.handle}`, plan, reserved);
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

  /**
   * Gives up one block of the node if it is empty and nothing has happened to it since it had this sequence number: whoever claims one
   * in steps, as Calico does, has it empty for a while. Answers whether it did.
   */
  releaseUnusedBlock(cidr: Prefix, sequenceNumber: bigint): Promise<boolean> {
    return this.#submit("release a block", async (draft, view) => {
      const block = await draft.block(cidr, "store");
      if (!block || (block.sequenceNumber ?? 0n) !== sequenceNumber) return false;
      return affinityOf(block) === ownerText(view) && this.#giveUp(draft, view, cidr, true);
    });
  }

  /** Frees what has cooled down in a block of nobody's, and deletes the block when nothing is left in it. */
  collectCooled(cidr: Prefix): Promise<void> {
    return this.#submit("collect", async (draft, view) => {
      const stored = await draft.block(cidr, "store");
      if (!stored || affinityOf(stored) !== null) return;
      const block = thawed(stored, view);
      if (isEmpty(block)) draft.setBlock(cidr, undefined);
      else if (block !== stored) draft.setBlock(cidr, block);
    });
  }

  /**
   * Takes back every address that a block notes as this node's (attribute `node`), borrowed ones too, whatever their handle: the node
   * goes. Those that change hands meanwhile are left. Answers the addresses.
   */
  async releaseHost(): Promise<readonly Address[]> {
    const held = await this.#submit("list addresses", (_, view) => this.#noted(view));
    const freed: Address[] = [];
    for (const request of held) {
      try {
        if ((await this.release([request])).length === 0) freed.push(request.address);
      } catch (error) {
        if (!(error instanceof BadHandle || error instanceof BadSequenceNumber)) throw error;
      }
    }
    return freed;
  }

  async #noted(view: NodeView): Promise<readonly ReleaseRequest[]> {
    this.#holdings.forget();
    const found: ReleaseRequest[] = [];
    for (const family of families) {
      const entries = [...(await this.#holdings.survey(family)).entries()].map(([, entry]) => entry);
      for (const { address, handle, sequence, node } of allocationsIn(blocksIn(entries))) {
        if (node === view.node) found.push({ address, handle, sequenceNumber: sequence });
      }
    }
    return found;
  }

  /** Pools, configuration or the node's labels have changed: they are read again before the next use. */
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
    const mine = `"affinity":${JSON.stringify(ownerText(view))}`;
    const found = [...(await this.#holdings.own(family)), ...(await this.#holdings.begun(family))];
    const listed = new Set(found.map(prefixKey));
    for (const [cidr, entry] of (await this.#holdings.survey(family)).entries()) {
      const key = parseIpamPath(entry.key);
      if (key && entry.value.includes(mine) && !listed.has(prefixKey(cidr))) found.push(cidr);
    }
    return found;
  }

  async #giveUp(draft: Draft, view: NodeView, cidr: Prefix, onlyEmpty: boolean): Promise<boolean> {
    const stored = await draft.block(cidr, "store");
    const block = stored && thawed(stored, view);
    if (!block || affinityOf(block) !== ownerText(view)) {
      draft.pinBlock(cidr);
      if (await draft.affinity(ownerText(view), cidr, "store")) draft.setAffinity(ownerText(view), cidr, undefined);
      return false;
    }
    if (onlyEmpty && !isEmpty(block)) return false;
    await releaseBlock(draft, view, cidr, block, onlyEmpty ? "empty" : "the node goes");
    return true;
  }

  #submit<T>(
    what: string,
    plan: (draft: Draft, view: NodeView) => Promise<T>,
    reserved: ReservedFor = noneReserved,
  ): Promise<T> {
    return this.#batch.submit(what, async (draft) => {
      const settings = (this.#settings ??= await loadSettings(this.#ports.store, this.#ports.node));
      const [ledger, holdings] = [this.#ledger, this.#holdings];
      return plan(draft, { ...this.#ports, ledger, holdings, settings, reserved: await reserved(draft) });
    });
  }

  /** What is held back, read once for each attempt of a batch. */
  #reservedNow(draft: Draft): Promise<Reserved> {
    const known = this.#reserved.get(draft) ?? loadReserved(this.#ports.store);
    this.#reserved.set(draft, known);
    return known;
  }

  #moved(paths: readonly string[], attempt: number): void {
    for (const path of paths) {
      const what = parseIpamPath(path)?.kind;
      // A pool, or the configuration: whatever else was read with it may have changed too.
      if (what === undefined || what === "config") this.settingsChanged();
      if (what === "affinity") this.#holdings.forget();
      this.#ports.tell({ fact: "ipam.conflict", node: this.#ports.node, key: path, attempt });
    }
    // A survey is long at 2,000 nodes, and the ledger knows better now where it was wrong, unless something vanished.
    if (attempt % surveyEvery === 0 || paths.some((path) => !this.#ledger.hint(path))) this.#holdings.forgetSurveys();
  }
}
