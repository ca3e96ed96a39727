import { type Address, sameAddress } from "../../net/address.ts";

/** Whether an address is one of many: asked four times for each of 100,000 flows, so without a text or an object. */
export class AddressSet {
  readonly #v4 = new Set<number>();
  /** By the last word, which is the one that differs. */
  readonly #v6 = new Map<number, Address[]>();

  constructor(addresses: Iterable<Address>) {
    for (const address of addresses) {
      if (address.family === "ipv4") this.#v4.add(address.a);
      else if (!this.has(address)) this.#v6.set(address.d, [...(this.#v6.get(address.d) ?? []), address]);
    }
  }

  has(address: Address): boolean {
    if (address.family === "ipv4") return this.#v4.has(address.a);
    return this.#v6.get(address.d)?.some((one) => sameAddress(one, address)) ?? false;
  }
}
