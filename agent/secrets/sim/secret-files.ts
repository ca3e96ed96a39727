import type { Cancel } from "../../../lib/clock.ts";
import type { SecretFiles } from "../port.ts";

/** Secrets in memory: written by a test, heard by whoever watches. */
export class SimSecretFiles implements SecretFiles {
  readonly #files = new Map<string, Uint8Array>();
  readonly #watches = new Set<{ readonly names: ReadonlySet<string>; readonly hear: () => void }>();

  read(path: string): Uint8Array | undefined {
    return this.#files.get(path);
  }

  nameOf(path: string): string {
    return `/secrets/${path}`;
  }

  watch(names: ReadonlySet<string>, hear: () => void): Cancel {
    const one = { names, hear };
    this.#watches.add(one);
    return () => void this.#watches.delete(one);
  }

  /** Another content, or none. */
  write(path: string, text: string | Uint8Array | undefined): void {
    if (text === undefined) this.#files.delete(path);
    else this.#files.set(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    const name = path.slice(0, path.indexOf("/"));
    for (const { names, hear } of [...this.#watches]) if (names.has(name)) hear();
  }
}
