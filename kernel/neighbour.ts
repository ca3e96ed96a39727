import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";

/** A permanent neighbour: who has an address on a link, so that nobody needs to ask (and nobody can lie). */
export interface Neighbour {
  readonly ifindex: number;
  readonly address: Address;
  /** Lower case with colons. */
  readonly mac: string;
}

/** The key of a neighbour: `ifindex address`. */
export function neighbourKey(neighbour: Pick<Neighbour, "ifindex" | "address">): string {
  return `${neighbour.ifindex} ${formatAddress(neighbour.address)}`;
}

/** Whether two neighbours are the same. */
export function sameNeighbour(x: Neighbour, y: Neighbour): boolean {
  return neighbourKey(x) === neighbourKey(y) && x.mac === y.mac;
}
