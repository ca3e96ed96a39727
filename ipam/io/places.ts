import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedStore } from "../../datastore/io/embedded/store.ts";
import { type EtcdProcess, startEtcd } from "../../datastore/io/etcd/etcd-process.ts";
import { EtcdStore } from "../../datastore/io/etcd/store.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import type { Store } from "../../datastore/store.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { InterleavedStore, Interleaver } from "../sim/interleaved-store.ts";
import type { Place } from "../sim/life.ts";

/** A fresh store in memory; in which order its clients' operations happen follows from the seed. */
export function memoryPlace(seed: number): Place {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const interleaver = new Interleaver(seededRandom(seed));
  return {
    client: () => new InterleavedStore(new SimStore(server, clock), interleaver),
    witness: new SimStore(server, clock),
  };
}

/** A store for many lives, one after the other: a few connections, and what it holds is wiped before each. */
export interface SharedPlace {
  readonly fresh: () => Promise<Place>;
  readonly close: () => Promise<void>;
}

async function wiped(stores: readonly Store[]): Promise<Place> {
  const [witness, ...clients] = stores as readonly [Store, ...Store[]];
  const { entries } = await witness.list("/calico/");
  for (let at = 0; at < entries.length; at += 100) {
    const keys = entries.slice(at, at + 100).map((entry) => entry.key);
    await witness.commit([], [], keys);
  }
  let next = 0;
  return { witness, client: () => clients[next++ % clients.length]! };
}

/** A real etcd on the loopback. @throws Error when there is none */
export async function etcdPlace(): Promise<SharedPlace> {
  const etcd: EtcdProcess = await startEtcd();
  const connect = (): Store => new EtcdStore({ endpoints: [etcd.endpoint] }, systemClock, seededRandom(1));
  const stores = Array.from({ length: 5 }, connect);
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
    await etcd.stop();
  };
  return { fresh: () => wiped(stores), close };
}

/** A file of the embedded store. */
export function embeddedPlace(): SharedPlace {
  const folder = mkdtempSync(join(tmpdir(), "manx-ipam-"));
  const connect = (): Store => new EmbeddedStore({ path: join(folder, "store.db") }, systemClock, seededRandom(1));
  const stores = Array.from({ length: 5 }, connect);
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { fresh: () => wiped(stores), close };
}
