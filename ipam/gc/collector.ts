import { handlePath, hostPath, ipamPrefix } from "../../datastore/ipam-key.ts";
import type { Store } from "../../datastore/store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { formatAddress } from "../../net/address-text.ts";
import { prefixKey } from "../../net/prefix.ts";
import type { Held } from "../allocation.ts";
import type { Allocator } from "../allocator.ts";
import { BadHandle, BadSequenceNumber } from "../error.ts";
import type { IpamFact } from "../fact.ts";
import { judge, type Leak, type Observed, type Rules, unobserved, type Verdicts } from "./judge.ts";
import { readSight } from "./sight.ts";
import type { World } from "./world.ts";

/** What a collector needs from outside. */
export interface CollectorPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tell: Tell<IpamFact>;
  /** Who is there; asked after the books were read, so that who came in between counts as there. */
  readonly world: () => Promise<World>;
  /**
   * The second proof, asked for each address right before it is taken back, of another source than `world` or freshly read: that nobody
   * uses it. False keeps the whole handle.
   */
  readonly isDead: (held: Held) => Promise<boolean>;
  /** Whether a node is really gone, freshly read. */
  readonly isNodeGone: (node: string) => Promise<boolean>;
  /** The books of one owner of blocks: `host:<node>` or `virtual:<name>`. */
  readonly allocatorFor: (
    owner: string,
  ) => Pick<Allocator, "release" | "releaseUnusedBlock" | "releaseAffinities" | "collectCooled">;
}

/** What one round did, beside what it found. */
export interface Round extends Verdicts {
  readonly released: readonly Held[];
  readonly blocksGiven: number;
  readonly handlesDeleted: number;
}

/**
 * Takes back what nobody uses any more, round by round; `judge` says what. Everything is proven twice: by two rounds or a grace, and by
 * a fresh look right before; each write then only happens when its object is still the one that was judged.
 */
export class Collector {
  readonly #ports: CollectorPorts;
  readonly #rules: Rules;
  #observed: Observed = unobserved;

  constructor(ports: CollectorPorts, rules: Rules) {
    this.#ports = ports;
    this.#rules = rules;
  }

  /** One round. @throws StoreUnavailable and what the ports throw; what was done until then stays done */
  async round(): Promise<Round> {
    const { store, clock, world } = this.#ports;
    const sight = readSight((await store.list(ipamPrefix)).entries);
    const { verdicts, after } = judge(sight, await world(), this.#observed, this.#rules, clock.now());
    this.#observed = after;
    const released: Held[] = [];
    for (const leak of verdicts.leaks) released.push(...(await this.#takeBack(leak)));
    let blocksGiven = 0;
    for (const { owner, cidr, sequence } of verdicts.emptyBlocks) {
      if (await this.#ports.allocatorFor(owner).releaseUnusedBlock(cidr, sequence)) blocksGiven++;
    }
    for (const { name, cidr } of verdicts.deserted) {
      if (!(await this.#ports.isNodeGone(name))) continue;
      blocksGiven += (await this.#ports.allocatorFor(`host:${name}`).releaseAffinities(cidr)).length;
    }
    for (const name of verdicts.goneHosts) {
      if (await this.#ports.isNodeGone(name)) await store.commit([], [], [hostPath(name)]);
    }
    for (const cidr of verdicts.cooling) await this.#ports.allocatorFor("host:").collectCooled(cidr);
    let handlesDeleted = 0;
    for (const { id, revision } of verdicts.strays) {
      const gone = await store.commit([{ key: handlePath(id), revision }], [], [handlePath(id)]);
      if (!gone.committed) continue;
      handlesDeleted++;
      this.#ports.tell({ fact: "ipam.stray-handle", handle: id });
    }
    return { ...verdicts, released, blocksGiven, handlesDeleted };
  }

  /** A handle's addresses go together, if each is still the allocation that was judged. */
  async #takeBack({ handle, held }: Leak): Promise<readonly Held[]> {
    for (const one of held) if (!(await this.#ports.isDead(one))) return [];
    const owner = this.#rules.node === undefined ? "host:" : `host:${this.#rules.node}`;
    const wishes = held.map(({ address, sequence }) => ({ address, handle, sequenceNumber: sequence }));
    try {
      await this.#ports.allocatorFor(owner).release(wishes);
    } catch (error) {
      if (error instanceof BadHandle || error instanceof BadSequenceNumber) return [];
      throw error;
    }
    const addresses = held.map(({ address }) => formatAddress(address));
    const [{ node, block }] = held as readonly [Held];
    this.#ports.tell({ fact: "ipam.leak-released", node, handle, addresses, block: prefixKey(block) });
    return held;
  }
}
