import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { type Store, StoreRefused } from "../store.ts";
import { readStoreSettings } from "../store-settings.ts";

/**
 * The store that an environment names (see `readStoreSettings`). Connects when first used. What only the other kind of
 * store needs is not loaded.
 * @throws StoreRefused when the settings are wrong or a TLS file cannot be read; StoreUnavailable when SRV records that
 * name the endpoints cannot be read.
 */
export async function openStore(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  random: Random,
): Promise<Store> {
  const read = readStoreSettings(environment);
  if (!read.ok) throw new StoreRefused("datastore/refused", read.why, { operation: "open" });
  if (read.settings.type === "embedded") {
    const { EmbeddedStore } = await import("./embedded/store.ts");
    return new EmbeddedStore(read.settings, clock, random);
  }
  const { EtcdStore } = await import("./etcd/store.ts");
  const { discoveryDomain } = read.settings;
  if (discoveryDomain === undefined) return new EtcdStore(read.settings, clock, random);
  const { discoverEndpoints } = await import("./etcd/discovery.ts");
  return new EtcdStore({ ...read.settings, endpoints: await discoverEndpoints(discoveryDomain) }, clock, random);
}
