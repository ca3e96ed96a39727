import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { covers, formatPrefix, type Prefix } from "../../net/prefix.ts";
import type { RouteChange } from "../speaker/ports.ts";

/** A route of the forwarding table. */
export interface FibEntry {
  readonly prefix: Prefix;
  /** Texts of addresses, sorted as the speaker sorts them; empty: packets are dropped. */
  readonly nextHops: readonly string[];
  /** In which life of the process it was last said. */
  readonly life: number;
}

/**
 * What a host forwards by: the kernel's part. It outlives the process; what an earlier life wrote goes when the present
 * one knows everything and has not said it again, as in a real kernel swept by protocol number.
 */
export class SimFib {
  readonly #routes = new Map<string, FibEntry>();
  readonly #onChange: (prefix: string) => void;

  /** `onChange` hears of every prefix whose next hops change. */
  constructor(onChange: (prefix: string) => void) {
    this.#onChange = onChange;
  }

  apply(changes: readonly RouteChange[], life: number): void {
    for (const { prefix, nextHops, discard } of changes) {
      const key = formatPrefix(prefix);
      const before = this.#routes.get(key);
      const hops = nextHops.map(({ address }) => formatAddress(address));
      if (hops.length === 0 && !discard) this.#routes.delete(key);
      else this.#routes.set(key, { prefix, nextHops: hops, life });
      if (before?.nextHops.join() !== this.#routes.get(key)?.nextHops.join()) this.#onChange(key);
    }
  }

  /** What earlier lives wrote of a family goes. */
  sweep(family: Family, life: number): void {
    for (const [key, entry] of this.#routes) {
      if (entry.prefix.family !== family || entry.life === life) continue;
      this.#routes.delete(key);
      this.#onChange(key);
    }
  }

  clear(): void {
    const keys = [...this.#routes.keys()];
    this.#routes.clear();
    for (const key of keys) this.#onChange(key);
  }

  /** Whether there are routes of a family: what a restarting speaker says in its F bits. */
  holds(family: Family): boolean {
    for (const { prefix } of this.#routes.values()) if (prefix.family === family) return true;
    return false;
  }

  /** The entry for a destination: the longest prefix that covers it. */
  lookUp(destination: Address): FibEntry | undefined {
    let best: FibEntry | undefined;
    for (const entry of this.#routes.values()) {
      if (entry.prefix.length > (best?.prefix.length ?? -1) && covers(entry.prefix, destination)) best = entry;
    }
    return best;
  }

  get entries(): ReadonlyMap<string, FibEntry> {
    return this.#routes;
  }
}
