import { ipv4 } from "../../net/address.ts";
import { hostPrefix, type Prefix } from "../../net/prefix.ts";
import { Interned } from "./interned.ts";
import type { ItemId } from "./labelled-items.ts";

/** A port that an endpoint declares under a name; the protocol as its number. */
export interface DeclaredPort {
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
}

const NO_PORTS: readonly DeclaredPort[] = [];

/**
 * What each item brings into the sets that select it: prefixes (host bits clear) and declared ports. One IPv4 address,
 * which is what nearly all have, is kept as a bare number; ports are kept once for all who declare the same.
 */
export class Contributions {
  readonly #prefixes: (number | readonly Prefix[] | undefined)[] = [];
  readonly #ports: (number | undefined)[] = [];
  readonly #lists = new Interned<readonly DeclaredPort[]>();

  set(id: ItemId, prefixes: readonly Prefix[], ports: readonly DeclaredPort[]): void {
    const kept = ports.length > 0 ? this.#lists.acquire(JSON.stringify(ports), () => ports) : undefined;
    this.delete(id);
    const only = prefixes.length === 1 ? prefixes[0]! : undefined;
    this.#prefixes[id] = only?.family === "ipv4" && only.length === 32 ? only.a | 0 : prefixes;
    this.#ports[id] = kept;
  }

  delete(id: ItemId): void {
    const ports = this.#ports[id];
    if (ports !== undefined) this.#lists.release(ports);
    this.#ports[id] = undefined;
    this.#prefixes[id] = undefined;
  }

  prefixes(id: ItemId): readonly Prefix[] {
    const kept = this.#prefixes[id];
    return typeof kept === "number" ? [hostPrefix(ipv4(kept))] : (kept ?? []);
  }

  ports(id: ItemId): readonly DeclaredPort[] {
    const kept = this.#ports[id];
    return kept === undefined ? NO_PORTS : this.#lists.value(kept);
  }
}
