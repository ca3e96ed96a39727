import type { WorkloadEndpoint } from "../datastore/model/workload-endpoint.ts";
import type { ResourceClient } from "../datastore/resource-client.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import type { Store } from "../datastore/store.ts";
import type { Held } from "../ipam/allocation.ts";
import type { Allocator } from "../ipam/allocator.ts";
import type { IpamFact } from "../ipam/fact.ts";
import { Collector, type Round } from "../ipam/gc/collector.ts";
import { leakGrace } from "../ipam/gc/judge.ts";
import type { World } from "../ipam/gc/world.ts";
import { poolOf } from "../ipam/pool.ts";
import type { Cancel, Clock } from "../lib/clock.ts";
import type { Tell } from "../lib/fact.ts";
import type { Random } from "../lib/random.ts";
import { type Millis, millis, seconds } from "../lib/unit.ts";
import { formatAddress } from "../net/address-text.ts";
import { type Prefix, parsePrefix } from "../net/prefix.ts";

/** Between rounds once the first two are done; up to a half more by chance, so that nodes do not ask together. */
const calm: Millis = seconds(3600);
/** After the start, so that workloads that are just being attached have their endpoints. */
const soon: Millis = seconds(60);

/** What collecting one node's leaked addresses needs. */
export interface NodeCollectionPorts {
  readonly node: string;
  readonly store: Store;
  readonly client: Pick<ResourceClient, "list">;
  readonly allocator: Allocator;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<IpamFact>;
  /** Whether the datastore and the interfaces have been seen whole; else no round takes place. */
  readonly isReady: () => boolean;
  /** The node's endpoints as the datastore told them. */
  readonly endpoints: () => Iterable<{ readonly addresses: readonly Prefix[] }>;
  /** Whether the kernel has an interface of this name. */
  readonly hasInterface: (name: string) => boolean;
  /** The host end of a pod's interface, by namespace and pod, as CNI names it. */
  readonly interfaceOf: (namespace: string, pod: string) => string;
}

/**
 * Takes back addresses, handles and blocks of this node that nobody uses: what a sandbox left behind that died while no agent ran, or
 * what a killed writer left half done. An address goes when for 15 minutes no endpoint of the node had it, and then neither the datastore,
 * read freshly, nor the kernel knows its pod: no interface, or the interface of a newer sandbox. Rounds come a minute after the start, 15
 * minutes later, then every hour.
 */
export class NodeCollection {
  readonly #ports: NodeCollectionPorts;
  readonly #collector: Collector;
  #cancel: Cancel = () => {};
  #rounds = 0;

  constructor(ports: NodeCollectionPorts) {
    const { node, store, clock, tell, allocator } = ports;
    this.#ports = ports;
    this.#collector = new Collector(
      {
        store,
        clock,
        tell,
        world: () => this.#world(),
        isDead: (held) => this.#isDead(held),
        isNodeGone: async (name) => (await store.get(resourcePath({ kind: "Node", name }))) === undefined,
        allocatorFor: () => allocator,
      },
      { node, grace: leakGrace },
    );
  }

  /** Begins the rounds; `stop` ends them. */
  start(): void {
    const { clock, random } = this.#ports;
    const base = this.#rounds === 0 ? soon : this.#rounds === 1 ? leakGrace : calm;
    this.#cancel = clock.after(millis(base * (1 + random() / 2)), () => {
      void this.round().then(() => this.start());
    });
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  /** One round, now. Undefined when it could not be: not ready, or the datastore out of reach, which a fact tells. */
  async round(): Promise<Round | undefined> {
    if (!this.#ports.isReady()) return undefined;
    try {
      const round = await this.#collector.round();
      this.#rounds++;
      return round;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#ports.tell({ fact: "ipam.collection-failed", node: this.#ports.node, why });
      return undefined;
    }
  }

  async #world(): Promise<World> {
    const { node, client, endpoints } = this.#ports;
    const { resources } = await client.list("IPPool");
    const used = new Set<string>();
    for (const { addresses } of endpoints()) for (const prefix of addresses) used.add(formatAddress(prefix));
    return {
      nodes: new Set([node]),
      pools: resources.flatMap((pool) => poolOf(pool) ?? []),
      hasPod: ({ address }) => used.has(formatAddress(address)),
    };
  }

  async #isDead(held: Held): Promise<boolean> {
    const { node, client, hasInterface, interfaceOf } = this.#ports;
    const { namespace = "", pod = "" } = held.attributes;
    const { resources } = await client.list("WorkloadEndpoint", namespace);
    const own = resources.filter(({ spec }) => spec.node === node && spec.pod === pod);
    if (own.some((endpoint) => hasAddress(endpoint, held))) return false;
    const name = interfaceOf(namespace, pod);
    return !hasInterface(name) || own.some(({ spec }) => spec.interfaceName === name);
  }
}

function hasAddress({ spec }: WorkloadEndpoint, held: Held): boolean {
  const wanted = formatAddress(held.address);
  return (spec.ipNetworks ?? []).some((text) => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && formatAddress(prefix) === wanted;
  });
}
