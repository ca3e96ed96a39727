/** How programs of the lab reach the datastore: environment variables of the agent and of `manxctl`. */
export type StoreAccess = Readonly<Record<string, string>>;

/** One SQLite file that all processes of the machine share. */
export function embeddedAccess(path: string): StoreAccess {
  return { DATASTORE_TYPE: "embedded", EMBEDDED_STORE: path };
}

/** An etcd without a password. */
export function etcdAccess(endpoint: string): StoreAccess {
  return { DATASTORE_TYPE: "etcdv3", ETCD_ENDPOINTS: endpoint };
}
