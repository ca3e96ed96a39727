import { readFileSync } from "node:fs";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { StoreRefused } from "../../store.ts";
import type { EtcdSettings } from "./settings.ts";

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `cannot read the ${what} ${path}; name a file that this user may read`;
    throw new StoreRefused("datastore/refused", message, { operation: "connect" }, { cause });
  }
}

/**
 * TLS credentials for an endpoint: the system's roots or the CA file, and a client certificate when both its files are
 * given; none for `http:`.
 * @throws StoreRefused when a file cannot be read.
 */
export function credentialsFor(url: URL, settings: EtcdSettings): ChannelCredentials {
  if (url.protocol === "http:") return credentials.createInsecure();
  const ca = settings.caFile ? read(settings.caFile, "CA file") : null;
  if (!settings.certFile || !settings.keyFile) return credentials.createSsl(ca);
  return credentials.createSsl(ca, read(settings.keyFile, "key file"), read(settings.certFile, "certificate file"));
}
