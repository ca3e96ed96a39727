import { type Change, remove, set } from "../lib/change.ts";
import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";

/**
 * Which interfaces are the host's own, with their addresses, and what changed in that since it was last asked. It depends on
 * what is there and on who counts as the host's, never on the order of events.
 */
export class HostInterfaces {
  /** Addresses that were told, as text, by interface. */
  #told: ReadonlyMap<string, string> = new Map();

  /** `all` are the addresses of every interface there is, by name; `isHosts` says which names count. */
  changes(
    all: ReadonlyMap<string, readonly Address[]>,
    isHosts: (interfaceName: string) => boolean,
  ): readonly Change<string, readonly Address[]>[] {
    const changes: Change<string, readonly Address[]>[] = [];
    const told = new Map<string, string>();
    for (const [name, addresses] of all) {
      if (!isHosts(name)) continue;
      const text = addresses.map(formatAddress).sort().join();
      told.set(name, text);
      if (this.#told.get(name) !== text) changes.push(set(name, addresses));
    }
    for (const name of this.#told.keys()) if (!told.has(name)) changes.push(remove(name));
    this.#told = told;
    return changes;
  }
}
