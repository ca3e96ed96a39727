import type { Millis } from "../../../lib/unit.ts";

/** How to reach an etcd cluster. Files are paths; a password is never logged. */
export interface EtcdSettings {
  /** `http://host:port` or `https://host:port`, at least one; tried in turn. */
  readonly endpoints: readonly string[];
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name that servers' certificates must hold, when it is not the endpoint's. */
  readonly serverName?: string;
  readonly username?: string;
  readonly password?: string;
  /** How long an operation may take in all, retries included, before it fails with StoreUnavailable. */
  readonly timeout?: Millis;
  /** Keys a page of a list; tests make it small. */
  readonly pageSize?: number;
}
