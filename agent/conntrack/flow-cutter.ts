import { Backoff } from "../../kernel/backoff.ts";
import type { Conntrack } from "../../kernel/ctnetlink/port.ts";
import { KernelError } from "../../kernel/error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { millis } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { ConntrackFact } from "./fact.ts";

/** What a flow cutter works with. */
export interface FlowCutterOptions {
  readonly conntrack: Pick<Conntrack, "deleteFlows">;
  readonly clock: Clock;
  readonly tell: Tell<ConntrackFact>;
}

/** Addresses in one reading of the table. */
const atOnce = 4096;

/**
 * Deletes the connections of addresses that endpoints lost, of every protocol: without this, UDP and half-closed TCP of
 * the old owner would be let through to the next one as established. Addresses that come while a deletion runs wait for
 * the next, all in one reading of the table; what fails is tried again until it works. To be told of an address when
 * its route is gone: a packet that still finds the way opens the connection again.
 */
export class FlowCutter {
  readonly #options: FlowCutterOptions;
  readonly #retry: Backoff;
  readonly #waiting = new Map<string, Address>();
  #cutting: ReadonlyMap<string, Address> = new Map();
  readonly #free: { readonly keys: readonly string[]; readonly resolve: () => void }[] = [];
  #told = false;
  #closed = false;

  constructor(options: FlowCutterOptions) {
    this.#options = options;
    this.#retry = new Backoff(options.clock, millis(100), millis(30_000));
  }

  /** The connections of these addresses are to go. */
  cut(addresses: Iterable<Address>): void {
    for (const address of addresses) this.#waiting.set(formatAddress(address), address);
    this.#start();
  }

  /** Addresses whose connections are still to go. */
  get pending(): number {
    return this.#waiting.size + this.#cutting.size;
  }

  /** Resolves when no deletion of these addresses waits or runs: then another endpoint may use them. */
  free(addresses: Iterable<Address>): Promise<void> {
    const keys = [...addresses].map(formatAddress);
    if (!this.#isBusy(keys)) return Promise.resolve();
    return new Promise((resolve) => this.#free.push({ keys, resolve }));
  }

  /** Resolves when nothing waits and nothing runs. */
  settled(): Promise<void> {
    return this.free([...this.#waiting.values(), ...this.#cutting.values()]);
  }

  /** Stops; the table keeps what it has, and who waited goes on. */
  close(): void {
    this.#closed = true;
    this.#retry.cancel();
    for (const { resolve } of this.#free.splice(0)) resolve();
  }

  #isBusy(keys: readonly string[]): boolean {
    return !this.#closed && keys.some((key) => this.#waiting.has(key) || this.#cutting.has(key));
  }

  #start(): void {
    if (this.#closed || this.#cutting.size > 0 || this.#waiting.size === 0 || this.#retry.waiting) return;
    const batch = [...this.#waiting].slice(0, atOnce);
    this.#cutting = new Map(batch);
    for (const [key] of batch) this.#waiting.delete(key);
    void this.#work();
  }

  async #work(): Promise<void> {
    const { conntrack, clock, tell } = this.#options;
    const cutting = this.#cutting;
    const began = clock.now();
    try {
      const flows = await conntrack.deleteFlows([...cutting.values()]);
      this.#retry.reset();
      this.#told = false;
      tell({ fact: "agent.flows-cut", addresses: cutting.size, flows, millis: clock.now() - began });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      for (const [key, address] of cutting) this.#waiting.set(key, address);
      if (!this.#told && !this.#closed) {
        tell({ fact: "agent.flows-kept", addresses: cutting.size, why: error.message });
      }
      this.#told = true;
      if (!this.#closed) this.#retry.wait(() => this.#start());
    }
    this.#cutting = new Map();
    for (const waiter of this.#free.splice(0)) {
      if (this.#isBusy(waiter.keys)) this.#free.push(waiter);
      else waiter.resolve();
    }
    this.#start();
  }
}
