import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
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

/** The contents of the TLS files as they are now. @throws StoreRefused when one cannot be read. */
export function tlsFiles(settings: EtcdSettings): SecureContextOptions {
  const { caFile, certFile, keyFile } = settings;
  return {
    ...(caFile && { ca: read(caFile, "CA file") }),
    ...(certFile && keyFile && { cert: read(certFile, "certificate file"), key: read(keyFile, "key file") }),
  };
}

/**
 * TLS credentials for an endpoint: the system's roots or the CA file, and a client certificate when both its files are
 * given; none for `http:`.
 * @throws StoreRefused when a file cannot be read, is no PEM, or key and certificate do not belong together.
 */
export function credentialsFor(url: URL, settings: EtcdSettings): ChannelCredentials {
  if (url.protocol === "http:") return credentials.createInsecure();
  const files = tlsFiles(settings);
  try {
    return credentials.createFromSecureContext(createSecureContext(files));
  } catch (cause) {
    const names = [settings.caFile, settings.certFile, settings.keyFile].filter((name) => name !== undefined);
    const words = cause instanceof Error ? cause.message : String(cause);
    const message = `the TLS files ${names.join(", ")} cannot be used: ${words}; give PEM files, the key of the certificate`;
    throw new StoreRefused("datastore/refused", message, { operation: "connect" }, { cause });
  }
}

/** A text that differs once a TLS file was written or replaced; also for a link that points elsewhere now. */
export function filesStamp(settings: EtcdSettings): string {
  const paths = [settings.caFile, settings.certFile, settings.keyFile];
  return paths.map((path) => (path === undefined ? "" : fileStamp(path))).join(" ");
}

function fileStamp(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino}/${size}/${mtimeNs}`;
  } catch {
    return "absent";
  }
}
