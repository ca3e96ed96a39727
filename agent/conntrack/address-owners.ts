import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";

/** What this needs of an endpoint. */
export interface Addressed {
  readonly addresses: readonly Prefix[];
}

/**
 * Which addresses local endpoints lose. A moved address is lost too: the connections to its former owner must not reach
 * the next one, whichever of both changes came first.
 */
export class AddressOwners {
  readonly #addresses = new Map<string, ReadonlyMap<string, Address>>();

  /** An endpoint of this node, by its key. Answers the addresses that it had and has no more. */
  onEndpoint(change: Change<string, Addressed>): Address[] {
    const before = this.#addresses.get(change.key);
    const after = new Map(change.kind === "set" ? change.value.addresses.map(entryOf) : []);
    if (after.size > 0) this.#addresses.set(change.key, after);
    else this.#addresses.delete(change.key);
    const lost: Address[] = [];
    for (const [key, address] of before ?? []) if (!after.has(key)) lost.push(address);
    return lost;
  }
}

function entryOf({ family, a, b, c, d, length }: Prefix): [string, Address] {
  const address = { family, a, b, c, d };
  return [prefixKey({ ...address, length }), address];
}
