import { existsSync } from "node:fs";
import { openStore } from "../../../datastore/io/open-store.ts";
import { ResourceClient } from "../../../datastore/resource-client.ts";
import type { Store } from "../../../datastore/store.ts";
import { readStoreSettings } from "../../../datastore/store-settings.ts";
import { systemClock } from "../../../lib/io/clock.ts";
import { systemRandom } from "../../../lib/io/random.ts";
import { seconds } from "../../../lib/unit.ts";
import type { FelixSettings } from "../../config/felix.ts";
import { felixFor } from "../../config/felix-scope.ts";
import { felixSettings, type Variables } from "../../config/read.ts";

/** Longer than this no datastore is waited for: what can be taken away without it is. */
const patience = seconds(5);

/** A datastore that answers, and what it says of this node. */
export interface DatastoreLook {
  readonly store: Store;
  /** Felix's settings as the agent had them, FelixConfigurations among them. */
  readonly settings: FelixSettings;
}

/**
 * What the datastore says of a node, when one is configured: an empty answer when none is, or an embedded one is not there.
 * @throws (as a rejection) when it cannot be asked in time
 */
export async function lookAtDatastore(
  node: string,
  layers: readonly Variables[],
  variables: Variables,
): Promise<DatastoreLook | undefined> {
  const isNamed = ["DATASTORE_TYPE", "ETCD_ENDPOINTS", "ETCD_DISCOVERY_SRV", "EMBEDDED_STORE"].some(
    (name) => variables[name] || variables[`CALICO_${name}`],
  );
  const read = readStoreSettings(variables);
  if (!isNamed || (read.ok && read.settings.type === "embedded" && !existsSync(read.settings.path))) return undefined;
  const store = await openStore(variables, systemClock, systemRandom);
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = systemClock.after(patience, () => reject(new Error("no answer in time")));
  });
  try {
    return { store, settings: await Promise.race([settingsOf(node, layers, store), late]) };
  } catch (error) {
    await store.close();
    throw error;
  } finally {
    cancel();
  }
}

async function settingsOf(node: string, layers: readonly Variables[], store: Store): Promise<FelixSettings> {
  const client = new ResourceClient(store, systemClock, systemRandom);
  const [configurations, nodes] = await Promise.all([client.list("FelixConfiguration"), client.list("Node")]);
  const labels = nodes.resources.find(({ metadata }) => metadata.name === node)?.metadata.labels ?? {};
  const all = new Map(configurations.resources.map((one) => [one.metadata.name, one]));
  const sources = felixFor(node, labels, all).map(({ metadata, spec }) => ({ name: metadata.name, spec }));
  return felixSettings(layers, sources).settings;
}
