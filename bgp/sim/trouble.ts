import type { Random } from "../../lib/random.ts";
import type { Pair } from "./declared.ts";
import type { SimulatedNetwork } from "./simulation.ts";

/** Something that ends by itself: when, and how. */
interface Damage {
  readonly until: number;
  readonly what: string;
  readonly repair: () => void;
}

type Fault = (trouble: Trouble) => string;

/** What can go wrong, and how often one of it comes beside the others. */
const faults: readonly (readonly [weight: number, fault: Fault])[] = [
  [25, (one) => one.reset()],
  [20, (one) => one.cut("silent")],
  [10, (one) => one.cut("loud")],
  [15, (one) => one.restart(true)],
  [10, (one) => one.restart(false)],
  [6, (one) => one.crash(false)],
  [4, (one) => one.crash(true)],
  [6, (one) => one.degrade()],
  [1, (one) => one.partition()],
];

/** Faults of links and processes at random, one seed one history, and their repair. Also flips prefixes now and then. */
export class Trouble {
  /** Faults so far. */
  count = 0;
  /** What was done, oldest first, with the time in seconds; whoever has seen that all is well may empty it. */
  readonly log: string[] = [];
  readonly #network: SimulatedNetwork;
  readonly #random: Random;
  readonly #pairs: readonly Pair[];
  readonly #names: readonly string[];
  #damages: Damage[] = [];
  #flips = 0;

  constructor(network: SimulatedNetwork, random: Random) {
    this.#network = network;
    this.#random = random;
    this.#names = network.names;
    this.#pairs = network.sessions().map(({ pair }) => pair);
  }

  /** Lets time pass with a fault every so often. */
  rage(forSeconds: number, everySeconds: number): void {
    const end = this.#now() + forSeconds;
    while (this.#now() < end) {
      this.#pass(Math.min(this.#between(0, 2 * everySeconds), end - this.#now()));
      this.#strike();
    }
  }

  /** No more faults. What is broken is repaired now, or with `leavesSome` perhaps not until `mend`. */
  calm(leavesSome: boolean): void {
    const kept: Damage[] = [];
    for (const damage of this.#damages) {
      if (leavesSome && this.#random() < 0.5 && !damage.what.startsWith("degrades")) kept.push(damage);
      else this.#repair(damage);
    }
    this.#damages = kept;
  }

  /** Repairs everything. */
  mend(): void {
    this.calm(false);
  }

  /** How much is broken. */
  get broken(): number {
    return this.#damages.length;
  }

  reset(): string {
    const pair = this.#any(this.#pairs);
    this.#network.reset(pair);
    return `resets ${pair.join(" ")}`;
  }

  cut(how: "silent" | "loud"): string {
    const pair = this.#any(this.#pairs);
    this.#network.cut(pair, how);
    return this.#breaks(`cuts ${pair.join(" ")}, ${how}`, this.#between(1, 240), () => this.#network.heal(pair));
  }

  restart(graceful: boolean): string {
    const name = this.#any(this.#names);
    const afterSeconds = this.#between(0.1, graceful ? 60 : 30);
    this.#network.restart(name, { graceful, afterSeconds });
    return `restarts ${name} ${graceful ? "gracefully" : "coldly"} after ${afterSeconds.toFixed(1)} s`;
  }

  crash(keepsForwarding: boolean): string {
    const name = this.#any(this.#names);
    this.#network.crash(name, { keepsForwarding });
    const repair = (): void => {
      if (!this.#network.isRunning(name)) this.#network.restart(name, { graceful: keepsForwarding, afterSeconds: 0 });
    };
    return this.#breaks(`crashes ${name}${keepsForwarding ? ", forwarding on" : ""}`, this.#between(1, 240), repair);
  }

  degrade(): string {
    const [x, y] = this.#any(this.#pairs);
    const [loss, delayMs] = [this.#between(0, 0.3), this.#between(0, 500)];
    this.#network.link(x, y, { loss, delayMs, jitterMs: delayMs });
    return this.#breaks(`degrades ${x} ${y}`, this.#between(1, 240), () => void this.#network.link(x, y));
  }

  partition(): string {
    const group = this.#names.filter(() => this.#random() < 0.1);
    this.#network.partition(group);
    const repair = (): void => {
      for (const x of group) for (const y of this.#names) if (x !== y) this.#network.heal([x, y]);
    };
    return this.#breaks(`parts ${group.join(" ")} from the rest`, this.#between(1, 120), repair);
  }

  #strike(): void {
    let at = this.#random() * faults.reduce((sum, [weight]) => sum + weight, 0);
    const [, fault] = faults.find(([weight]) => (at -= weight) < 0) ?? faults[0]!;
    this.count++;
    this.#note(fault(this));
    if (this.#random() < 0.05) this.#flip();
  }

  /** A prefix that comes, or goes again. */
  #flip(): void {
    const name = this.#any(this.#names);
    const prefix = `10.250.${this.#flips % 100}.0/24`;
    const isNew = this.#flips++ % 200 < 100;
    if (isNew) this.#network.announce(name, prefix, { med: this.#flips });
    else for (const one of this.#names) this.#network.withdraw(one, prefix);
    this.#note(isNew ? `${name} announces ${prefix}` : `all withdraw ${prefix}`);
  }

  #breaks(what: string, forSeconds: number, repair: () => void): string {
    this.#damages.push({ until: this.#now() + forSeconds, what, repair });
    return `${what} for ${forSeconds.toFixed(1)} s`;
  }

  #repair(damage: Damage): void {
    this.#note(`no more: ${damage.what}`);
    damage.repair();
  }

  /** Time passes; what is due for repair is repaired in time. */
  #pass(forSeconds: number): void {
    const end = this.#now() + forSeconds;
    for (;;) {
      const next = this.#damages.reduce((least, { until }) => Math.min(least, until), end);
      this.#network.run({ forSeconds: Math.max(0, next - this.#now()) });
      const due = this.#damages.filter(({ until }) => until <= this.#now());
      this.#damages = this.#damages.filter((damage) => !due.includes(damage));
      for (const damage of due) this.#repair(damage);
      if (due.length === 0 && this.#now() >= end - 1e-6) return;
    }
  }

  #note(what: string): void {
    this.log.push(`${this.#now().toFixed(3)} ${what}`);
  }

  #now(): number {
    return this.#network.clock.now() / 1000;
  }

  #between(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }

  #any<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)]!;
  }
}
