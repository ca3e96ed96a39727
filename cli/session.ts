import { ResourceClient } from "../datastore/resource-client.ts";
import type { Store } from "../datastore/store.ts";
import { makeUsable } from "../datastore/virgin.ts";
import { untold } from "../lib/fact.ts";
import { storeEnvironment } from "./config-file.ts";
import type { Shell } from "./shell.ts";
import { warnOfVersion } from "./version-match.ts";

/** What every command that needs the store can be told. */
export interface StoreOptions {
  /** Path of a CalicoAPIConfig. */
  readonly config?: string;
  /** Nothing is said of a cluster whose Calico is not known here. */
  readonly allowVersionMismatch?: boolean;
}

/** The store and Calico's client over it. */
export interface Session {
  readonly store: Store;
  readonly client: ResourceClient;
}

/** Opens the store, lets `work` use it, and closes it whatever happens. */
export async function withStore<T>(
  shell: Shell,
  options: StoreOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const store = await shell.openStore(await storeEnvironment(shell, options.config));
  try {
    if (!options.allowVersionMismatch) await warnOfVersion(shell, store);
    return await work({ store, client: new ResourceClient(store, shell.clock, shell.random) });
  } finally {
    await store.close();
  }
}

/** Creates what a new store lacks, before the first write into it. */
export function prepareStore(shell: Shell, { store }: Session): Promise<void> {
  return makeUsable(store, shell, untold);
}
