import { type Address, compareAddresses } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, masked, type Prefix } from "../../net/prefix.ts";

/** An address that packets come from and go to. */
export interface Party {
  readonly address: Address;
  /** `namespace/name` of the endpoint whose it is; absent of one outside, which stands for all of `label`. */
  readonly endpoint?: string;
  /** What an address outside stands for: a prefix less what is inside it and spoken of by itself. */
  readonly label?: string;
}

/** Parties in the order of their addresses, so that whoever is in a prefix stands together. */
export class Addresses {
  readonly parties: readonly Party[];
  readonly #byText = new Map<string, number[]>();

  constructor(parties: readonly Party[]) {
    this.parties = [...parties].sort(
      (x, y) => compareAddresses(x.address, y.address) || ((x.endpoint ?? "") < (y.endpoint ?? "") ? -1 : 1),
    );
    for (const [index, { address }] of this.parties.entries()) {
      const text = formatAddress(address);
      const others = this.#byText.get(text);
      if (others) others.push(index);
      else this.#byText.set(text, [index]);
    }
  }

  /** The indexes of whoever has the address. */
  at(address: string): readonly number[] {
    return this.#byText.get(address) ?? [];
  }

  /** The indexes of whoever is in the prefix. */
  *inside(prefix: Prefix): Generator<number> {
    const first = masked(prefix);
    let low = 0;
    let high = this.parties.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAddresses(this.parties[middle]!.address, first) < 0) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.parties.length && covers(prefix, this.parties[i]!.address); i++) yield i;
  }
}
