import type { Change } from "../lib/change.ts";
import type { Clock } from "../lib/clock.ts";
import { seconds } from "../lib/unit.ts";
import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { type Addressed, AddressOwners } from "./conntrack/address-owners.ts";
import type { FlowCutter } from "./conntrack/flow-cutter.ts";

/** What following lost addresses needs. */
export interface LostAddressesOptions {
  readonly cutter: Pick<FlowCutter, "cut" | "free">;
  readonly clock: Clock;
  /** Some address is free again. */
  readonly changed: () => void;
}

/** Longer than this nobody waits for connections that do not go: the kernel may not be able to. */
const patience = seconds(5);

/**
 * Addresses that endpoints of this node lost: each is taken from the moment a turn knows of it until the routes are gone and its
 * connections were cut, so that nobody who gets the address next inherits them.
 */
export class LostAddresses {
  readonly #options: LostAddressesOptions;
  readonly #owners = new AddressOwners();
  /** How many turns still hold each address. */
  readonly #taken = new Map<string, number>();

  constructor(options: LostAddressesOptions) {
    this.#options = options;
  }

  /** The endpoints of a turn, and addresses that were lost otherwise; the answer is to be called when rules and routes are gone. */
  turn(endpoints: Iterable<Change<string, Addressed>>, others: readonly Address[] = []): () => void {
    const lost = [...others];
    for (const change of endpoints) lost.push(...this.#owners.onEndpoint(change));
    if (lost.length === 0) return () => {};
    for (const key of lost.map(formatAddress)) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    return () => this.#cut(lost);
  }

  /** Whether an endpoint that has the address may be let up. */
  isFree(address: Address): boolean {
    return this.#taken.size === 0 || !this.#taken.has(formatAddress(address));
  }

  #cut(lost: readonly Address[]): void {
    const { cutter, clock, changed } = this.#options;
    cutter.cut(lost);
    let isDone = false;
    const done = (): void => {
      if (isDone) return;
      isDone = true;
      cancel();
      for (const key of lost.map(formatAddress)) {
        const count = (this.#taken.get(key) ?? 0) - 1;
        if (count > 0) this.#taken.set(key, count);
        else this.#taken.delete(key);
      }
      changed();
    };
    const cancel = clock.after(patience, done);
    void cutter.free(lost).then(done);
  }
}
