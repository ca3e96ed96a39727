/** Which store to open, and how to reach it. */
export type StoreSettings =
  | {
      readonly type: "etcdv3";
      /** Empty when they are to be found by `discoveryDomain`. */
      readonly endpoints: readonly string[];
      /** A domain whose SRV records name the endpoints, as `etcdctl --discovery-srv` reads them. */
      readonly discoveryDomain?: string;
      /** The name that servers' certificates must hold, when it is not the endpoint's. */
      readonly serverName?: string;
      readonly caFile?: string;
      readonly certFile?: string;
      readonly keyFile?: string;
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly type: "embedded"; readonly path: string };

/** Where the embedded store lies when nothing else is said. */
export const defaultEmbeddedPath = "/var/lib/manx/store.db";

/** Settings read, or what is wrong with them. */
export type ReadSettings =
  | { readonly ok: true; readonly settings: StoreSettings }
  | { readonly ok: false; readonly why: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable as calicoctl reads it: `CALICO_X` first, then `X`; empty counts as absent. */
function read(environment: Environment, name: string): string | undefined {
  return environment[`CALICO_${name}`] || environment[name] || undefined;
}

function etcd(environment: Environment): ReadSettings {
  const endpoints = (read(environment, "ETCD_ENDPOINTS") ?? "").split(",").map((text) => text.trim());
  const given = endpoints.filter((endpoint) => endpoint !== "");
  const discoveryDomain = read(environment, "ETCD_DISCOVERY_SRV");
  if (given.length === 0 && discoveryDomain === undefined)
    return {
      ok: false,
      why: "DATASTORE_TYPE is etcdv3: set ETCD_ENDPOINTS, e.g. https://10.0.0.1:2379, or ETCD_DISCOVERY_SRV",
    };
  if (given.length > 0 && discoveryDomain !== undefined)
    return { ok: false, why: "ETCD_ENDPOINTS and ETCD_DISCOVERY_SRV are both set: set one of them" };
  const [cert, key] = [read(environment, "ETCD_CERT_FILE"), read(environment, "ETCD_KEY_FILE")];
  if ((cert === undefined) !== (key === undefined))
    return { ok: false, why: "ETCD_CERT_FILE and ETCD_KEY_FILE go together" };
  const optional = {
    discoveryDomain,
    serverName: read(environment, "ETCD_SERVER_NAME"),
    caFile: read(environment, "ETCD_CA_CERT_FILE"),
    certFile: cert,
    keyFile: key,
    username: read(environment, "ETCD_USERNAME"),
    password: read(environment, "ETCD_PASSWORD"),
  };
  const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { ok: true, settings: { type: "etcdv3", endpoints: given, ...set } };
}

/**
 * Which store an environment names: DATASTORE_TYPE, else etcd when ETCD_ENDPOINTS or ETCD_DISCOVERY_SRV is set, else embedded. Reads ETCD_* and
 * EMBEDDED_STORE, each with Calico's prefix `CALICO_` first.
 */
export function readStoreSettings(environment: Environment): ReadSettings {
  const anyEtcd = read(environment, "ETCD_ENDPOINTS") ?? read(environment, "ETCD_DISCOVERY_SRV");
  const type = read(environment, "DATASTORE_TYPE") ?? (anyEtcd ? "etcdv3" : "embedded");
  if (type === "etcdv3") return etcd(environment);
  if (type !== "embedded") return { ok: false, why: `DATASTORE_TYPE = '${type}': etcdv3 or embedded would be right` };
  return { ok: true, settings: { type, path: read(environment, "EMBEDDED_STORE") ?? defaultEmbeddedPath } };
}
