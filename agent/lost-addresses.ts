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

/** Addresses beside those that a turn's endpoints lose. */
export interface OtherAddresses {
  /** Lost otherwise: floating ones, and those of endpoints that went before this process began. */
  readonly lost: readonly Address[];
  /** Whether an endpoint had the address before this process began: then its connections are its own. */
  readonly isKept: (address: Address) => boolean;
}

const none: OtherAddresses = { lost: [], isKept: () => false };

/**
 * Addresses that changed hands: whoever gets one must not inherit connections of whoever had it before. One that an endpoint of this
 * node loses is taken from the moment a turn knows of it until the routes are gone and its connections were cut. One that an endpoint
 * gains may have connections of an owner whom we did not know, here while no agent ran or on another node. All of a turn are cut at one
 * reading of the table, which may take longer than everything else; therefore after rules and routes, whereupon only policy opens again.
 */
export class LostAddresses {
  readonly #options: LostAddressesOptions;
  readonly #owners = new AddressOwners();
  /** How many turns still hold each address. */
  readonly #taken = new Map<string, number>();

  constructor(options: LostAddressesOptions) {
    this.#options = options;
  }

  /** The endpoints of a turn; the answer is to be called when rules and routes are gone. */
  turn(endpoints: Iterable<Change<string, Addressed>>, others: OtherAddresses = none): () => void {
    const lost = [...others.lost];
    const gained: Address[] = [];
    for (const change of endpoints) {
      const moved = this.#owners.onEndpoint(change);
      lost.push(...moved.lost);
      gained.push(...moved.gained.filter((address) => !others.isKept(address)));
    }
    this.#take(lost);
    const fresh = gained.filter((address) => this.isFree(address));
    this.#take(fresh);
    const taken = [...lost, ...fresh];
    return taken.length === 0 ? () => {} : () => this.#cut(taken);
  }

  /** Whether an endpoint that has the address may be let up. */
  isFree(address: Address): boolean {
    return this.#taken.size === 0 || !this.#taken.has(formatAddress(address));
  }

  #take(addresses: readonly Address[]): void {
    for (const key of addresses.map(formatAddress)) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
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
