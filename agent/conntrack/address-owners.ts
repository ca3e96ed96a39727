import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";

/** What this needs of an endpoint. */
export interface Addressed {
  readonly addresses: readonly Prefix[];
}

/** Which addresses a change takes from an endpoint, and which it gives to one although no other endpoint has them. */
export interface MovedAddresses {
  readonly lost: readonly Address[];
  readonly gained: readonly Address[];
}

/**
 * Which addresses local endpoints lose and gain. A moved address is lost too: the connections to its former owner must not
 * reach the next one, whichever of both changes came first.
 */
export class AddressOwners {
  readonly #addresses = new Map<string, ReadonlyMap<string, Address>>();
  /** How many endpoints have each address. */
  readonly #owners = new Map<string, number>();

  /** An endpoint of this node, by its key. */
  onEndpoint(change: Change<string, Addressed>): MovedAddresses {
    const before = this.#addresses.get(change.key) ?? new Map<string, Address>();
    const after = new Map(change.kind === "set" ? change.value.addresses.map(entryOf) : []);
    if (after.size > 0) this.#addresses.set(change.key, after);
    else this.#addresses.delete(change.key);
    const [lost, gained]: [Address[], Address[]] = [[], []];
    for (const [key, address] of before) {
      if (after.has(key)) continue;
      lost.push(address);
      this.#count(key, -1);
    }
    for (const [key, address] of after) if (!before.has(key) && this.#count(key, 1) === 1) gained.push(address);
    return { lost, gained };
  }

  #count(key: string, more: 1 | -1): number {
    const owners = (this.#owners.get(key) ?? 0) + more;
    if (owners > 0) this.#owners.set(key, owners);
    else this.#owners.delete(key);
    return owners;
  }
}

function entryOf({ family, a, b, c, d, length }: Prefix): [string, Address] {
  const address = { family, a, b, c, d };
  return [prefixKey({ ...address, length }), address];
}
