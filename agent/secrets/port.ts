import type { Cancel } from "../../lib/clock.ts";

/** Where secrets are kept: files `name/key` below one folder, as Kubernetes mounts Secrets. */
export interface SecretFiles {
  /** The octets of a file, at most a few more than any key may have, or undefined when it cannot be read. */
  read(path: string): Uint8Array | undefined;
  /** Calls `hear` when a file of one of these Secrets may have changed; too often does no harm. */
  watch(names: ReadonlySet<string>, hear: () => void): Cancel;
  /** The path of a file as operators know it, for messages. */
  nameOf(path: string): string;
}
