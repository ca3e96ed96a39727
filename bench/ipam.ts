import { startEtcd } from "../datastore/io/etcd/etcd-process.ts";
import { EtcdStore } from "../datastore/io/etcd/store.ts";
import { ipamPrefix } from "../datastore/ipam-key.ts";
import { SimServer } from "../datastore/sim/server.ts";
import { SimStore } from "../datastore/sim/store.ts";
import type { CommitResult, Compare, Entry, Put, Snapshot, Store, Watch } from "../datastore/store.ts";
import { Allocator } from "../ipam/allocator.ts";
import { checkIpam } from "../ipam/check.ts";
import { putPool } from "../ipam/sim/node.ts";
import { systemClock } from "../lib/io/clock.ts";
import { seededRandom } from "../lib/random.ts";

/** Requests of all clients together, by method; each is one request to etcd, whose lists of these sizes have one page. */
class Count {
  gets = 0;
  lists = 0;
  commits = 0;
  conflicts = 0;
  listedEntries = 0;

  get requests(): number {
    return this.gets + this.lists + this.commits;
  }
}

/** A client that counts what it asks. */
class CountedStore implements Store {
  readonly #store: Store;
  readonly #count: Count;

  constructor(store: Store, count: Count) {
    this.#store = store;
    this.#count = count;
  }

  get(key: string): Promise<Entry | undefined> {
    this.#count.gets++;
    return this.#store.get(key);
  }

  async list(prefix: string): Promise<Snapshot> {
    this.#count.lists++;
    const snapshot = await this.#store.list(prefix);
    this.#count.listedEntries += snapshot.entries.length;
    return snapshot;
  }

  async commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    this.#count.commits++;
    const result = await this.#store.commit(compares, puts, deletes);
    if (!result.committed) this.#count.conflicts++;
    return result;
  }

  watch(...asked: Parameters<Store["watch"]>): Watch {
    return this.#store.watch(...asked);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** How a bench reaches a store: connections shared by the nodes, as many as make sense. */
interface Target {
  readonly name: string;
  readonly stores: readonly Store[];
}

function allocatorsOf(target: Target, nodes: number, count: Count): readonly Allocator[] {
  return Array.from({ length: nodes }, (_, i) => {
    const store = new CountedStore(target.stores[i % target.stores.length]!, count);
    const selects = (selector: string): boolean => selector === "all()";
    return new Allocator({
      node: `node-${String(i).padStart(4, "0")}`,
      store,
      clock: systemClock,
      random: seededRandom(i + 1),
      selects,
      tell: () => {},
    });
  });
}

async function prepare({ stores }: Target): Promise<void> {
  const [store] = stores as readonly [Store];
  const { entries } = await store.list(ipamPrefix);
  for (let at = 0; at < entries.length; at += 100) {
    await store.commit(
      [],
      [],
      entries.slice(at, at + 100).map((entry) => entry.key),
    );
  }
  await putPool(store, "bench", { cidr: "10.0.0.0/12" });
}

/** `each` addresses for each node, `atOnce` of them wished for before the first answer came; prints one figure. */
async function measure(target: Target, what: string, nodes: number, each: number, atOnce: number): Promise<void> {
  await prepare(target);
  const count = new Count();
  const allocators = allocatorsOf(target, nodes, count);
  const begun = performance.now();
  await Promise.all(
    allocators.map(async (allocator, node) => {
      for (let done = 0; done < each; done += atOnce) {
        const some = Array.from({ length: Math.min(atOnce, each - done) }, (_, i) => `net.${node}-${done + i}`);
        await Promise.all(
          some.map((handle) =>
            allocator.assign({
              handle,
              attributes: { node: `${node}`, pod: handle, namespace: "d" },
              families: ["ipv4"],
            }),
          ),
        );
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const { entries } = await target.stores[0]!.list(ipamPrefix);
  const total = nodes * each;
  const line = {
    bench: "ipam",
    what,
    store: target.name,
    nodes,
    allocations: total,
    atOnce,
    seconds: round(seconds),
    perSecond: Math.round(total / seconds),
    requestsPerAllocation: round(count.requests / total),
    requests: count.requests,
    gets: count.gets,
    lists: count.lists,
    listedEntries: count.listedEntries,
    commits: count.commits,
    conflicts: count.conflicts,
    problems: checkIpam(entries).length,
  };
  console.log(JSON.stringify(line));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function all(target: Target): Promise<void> {
  await measure(target, "one after the other", 1, 500, 1);
  await measure(target, "32 at once", 1, 1216, 32);
  for (const nodes of [10, 100]) {
    await measure(target, "one after the other", nodes, 3000 / nodes, 1);
    await measure(target, "32 at once", nodes, Math.max(64, 6400 / nodes), 32);
  }
  await measure(target, "2,000 nodes x 3 pods at once", 2000, 3, 3);
}

/**
 * Addresses given out per second by 1, 10 and 100 nodes, with the requests that each costs, and 2,000 nodes that start cold with three pods
 * each at once; on a real etcd and, for the allocators' own cost, on a store in memory. All nodes are allocators in this one process;
 * those of etcd share 20 connections. Arguments: `etcd` or `memory` for one of them.
 */
export async function run(argv: readonly string[]): Promise<void> {
  if (argv.length === 0 || argv.includes("etcd")) {
    const etcd = await startEtcd();
    const connect = (): Store => new EtcdStore({ endpoints: [etcd.endpoint] }, systemClock, seededRandom(1));
    const stores = Array.from({ length: 20 }, connect);
    try {
      await all({ name: "etcd", stores });
    } finally {
      for (const store of stores) await store.close();
      await etcd.stop();
    }
  }
  if (argv.length === 0 || argv.includes("memory")) {
    const server = new SimServer(systemClock);
    await all({ name: "memory", stores: [new SimStore(server, systemClock)] });
  }
}
