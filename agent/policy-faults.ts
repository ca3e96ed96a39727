import type { Tell } from "../lib/fact.ts";
import { describePolicyFault, type PolicyFault } from "../policy/graph/policy-fault.ts";
import type { AgentStatus } from "./api/status.ts";
import type { AgentFact } from "./fact.ts";

/** How many are told by themselves at a time: a cluster of a thousand broken policies must not fill the log. */
const mostTold = 100;
/** How many a status names. */
const mostNamed = 10;

/**
 * What of policies cannot be read, so that it denies or does nothing where somebody believes otherwise: each fault is told once
 * when it comes and once when it is mended.
 */
export class PolicyFaults {
  readonly #tell: Tell<AgentFact>;
  readonly #told = new Set<string>();
  #seen: readonly PolicyFault[] = [];

  constructor(tell: Tell<AgentFact>) {
    this.#tell = tell;
  }

  /** What cannot be read now, in an order that does not change; costs nothing while the list is the same one. */
  look(faults: readonly PolicyFault[]): void {
    if (faults === this.#seen) return;
    this.#seen = faults;
    const now = new Set(faults.map(describePolicyFault));
    for (const problem of [...this.#told]) {
      if (now.has(problem)) continue;
      this.#told.delete(problem);
      this.#tell({ fact: "agent.policy-readable", problem });
    }
    for (const problem of now) {
      if (this.#told.size >= mostTold) return;
      if (this.#told.has(problem)) continue;
      this.#told.add(problem);
      this.#tell({ fact: "agent.policy-unreadable", problem });
    }
  }

  /** How many there are. */
  get count(): number {
    return this.#seen.length;
  }

  /** For a status: how many, and the first of them; undefined when there is none. */
  get status(): AgentStatus["policyFaults"] {
    const { count } = this;
    return count === 0 ? undefined : { count, first: this.#seen.slice(0, mostNamed).map(describePolicyFault) };
  }
}
