import type { EncodedRule } from "./encoded-rule.ts";
import type { Operation, Refusal } from "./port.ts";

/** A chain that the kernel does not take, and why. */
export interface StubbornChain {
  readonly chain: string;
  /** The rules of it that were refused. */
  readonly rules: readonly EncodedRule[];
  /** The first refusal of them. */
  readonly refusal: Refusal;
}

/** More rules than that are not remembered as stubborn; a forgotten one is refused once more before it is known again. */
const mostKnown = 10_000;

/**
 * Tells rules that the kernel never takes from those that only came at a bad moment: one that is refused twice, with nothing
 * committed between, would be refused for ever and hold up everything else.
 */
export class StubbornRules {
  /** By chain and rule: refused since the last commit, or found to be stubborn. */
  readonly #suspects = new Set<string>();
  readonly #known = new Set<string>();

  /** A transaction was refused; answers the chains that nothing is to be hoped of. */
  refused(operations: readonly Operation[], refusals: readonly Refusal[]): readonly StubbornChain[] {
    const found = new Map<string, { rules: EncodedRule[]; refusal: Refusal }>();
    for (const refusal of refusals) {
      const operation = operations[refusal.operation];
      if (operation?.kind !== "new rule") continue;
      const { chain, rule } = operation;
      const key = `${chain} ${rule.identity}`;
      if (!this.#suspects.has(key) && !this.#known.has(key)) {
        this.#suspects.add(key);
        continue;
      }
      if (this.#known.size >= mostKnown) this.#known.clear();
      this.#known.add(key);
      const before = found.get(chain);
      if (before) before.rules.push(rule);
      else found.set(chain, { rules: [rule], refusal });
    }
    return [...found].map(([chain, { rules, refusal }]) => ({ chain, rules, refusal }));
  }

  /** A transaction was taken: what was refused before may have come at a bad moment. */
  committed(): void {
    this.#suspects.clear();
  }
}
