import type { Chain } from "../policy/chain.ts";
import { describeOrigin, describeOwner } from "../policy/rule.ts";
import type { RuleCount } from "./dataplane/dataplane.ts";

/** How often the rules of one policy with one action met a packet, in one direction. */
export interface PolicyHit {
  /** `NetworkPolicy shop/db`; `other` stands for all that have no line of their own. */
  readonly policy: string;
  readonly direction: string;
  readonly action: string;
  readonly packets: number;
}

/** Lines that are shown one by one; what comes later is `other`, so that no scraper drowns. */
export const mostLines = 300;
/** Reading the counters costs the kernel a walk through all rules: not more often than this, milliseconds. */
const shortestMs = 5000;

/** Hits of policies for a metrics page: a line keeps its place until its policy is gone, however others count. */
export class PolicyHits {
  readonly #chains: () => Iterable<Chain>;
  readonly #shown = new Set<string>();
  #hits: readonly PolicyHit[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  /** `chains` answers the rules that this node's endpoints need. */
  constructor(chains: () => Iterable<Chain>) {
    this.#chains = chains;
  }

  /** As of the last reading; the most hit first. */
  get hits(): readonly PolicyHit[] {
    return this.#hits;
  }

  /** Reads the counters when the last reading is old enough. @throws what `counters` throws */
  async read(counters: () => Promise<readonly RuleCount[]>, now: number): Promise<void> {
    if (now - this.#readAt < shortestMs) return;
    this.#readAt = now;
    this.#take(await counters());
  }

  #take(counts: readonly RuleCount[]): void {
    const packets = new Map(counts.map((count) => [count.name, count.packets]));
    const sums = new Map<string, PolicyHit>();
    for (const { owner, direction, rules } of this.#chains()) {
      for (const { origin, action } of rules) {
        const policy = describeOwner(owner);
        const key = `${policy} ${direction} ${action}`;
        const sum = sums.get(key)?.packets ?? 0;
        const name = describeOrigin(origin);
        sums.set(key, { policy, direction, action, packets: sum + (packets.get(name) ?? 0) });
        // A rule of several chains (stages) is counted once by its name.
        packets.delete(name);
      }
    }
    this.#hits = this.#bounded(sums);
  }

  #bounded(sums: ReadonlyMap<string, PolicyHit>): readonly PolicyHit[] {
    for (const key of this.#shown) if (!sums.has(key)) this.#shown.delete(key);
    const sorted = [...sums].sort(([x, a], [y, b]) => b.packets - a.packets || (x < y ? -1 : 1));
    for (const [key] of sorted) {
      if (this.#shown.size >= mostLines) break;
      this.#shown.add(key);
    }
    const lines: PolicyHit[] = [];
    const others = new Map<string, PolicyHit>();
    for (const [key, hit] of sorted) {
      if (this.#shown.has(key)) lines.push(hit);
      else {
        const { direction, action } = hit;
        const sum = others.get(`${direction} ${action}`)?.packets ?? 0;
        const other = { policy: "other", direction, action, packets: sum + hit.packets };
        others.set(`${direction} ${action}`, other);
      }
    }
    return [...lines, ...others.values()];
  }
}
