import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { millis } from "../../lib/unit.ts";
import { errnoName } from "../errno.ts";
import type { ChainDelta } from "./chain-delta.ts";
import type { NftFact } from "./fact.ts";
import { describe } from "./operation-text.ts";
import type { Operation, Refusal } from "./port.ts";
import { looksInto } from "./rule.ts";
import type { SetDelta } from "./set-delta.ts";
import { StubbornRules } from "./stubborn-rules.ts";
import { refusedSets, StubbornSets } from "./stubborn-sets.ts";

/** So long what the kernel does not take is left alone before it is tried again. */
const wishAgainMs = 60_000;

/** What it works with. */
export interface IsolationParts {
  readonly chains: ChainDelta;
  readonly sets: SetDelta;
  readonly clock: Clock;
  readonly tell: Tell<NftFact>;
  /** As facts name it. */
  readonly table: string;
  /** What was given up is wished for again. */
  readonly wishedAgain: () => void;
}

/** Keeps rules and sets that the kernel never takes from holding up all the others: something stands in for them. */
export class Isolation {
  readonly #parts: IsolationParts;
  readonly #rules = new StubbornRules();
  readonly #sets = new StubbornSets();
  #wishAgain: Cancel | undefined;

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /** A transaction was taken. */
  committed(): void {
    this.#rules.committed();
    this.#sets.committed();
  }

  /** Nobody wants the set any more. */
  unwanted(set: string): void {
    this.#sets.forget(set);
    this.#parts.chains.foundSet(set);
  }

  /** A transaction was refused: from now on something stands in for what is stubborn. Answers whether anything is new in that. */
  isolate(operations: readonly Operation[], refusals: readonly Refusal[]): boolean {
    const { chains, sets, clock } = this.#parts;
    let isolated = false;
    for (const { set, refusal } of this.#sets.refused(operations, refusals)) {
      isolated = true;
      sets.giveUp(set);
      const error = errnoName(refusal.errno);
      const users = chains.loseSet(set, `the kernel refuses the set ${set}: ${error}`);
      for (const chain of users.length > 0 ? users : [""]) this.#told(operations, refusal, chain);
    }
    // A rule that looks into what was not made is refused for no fault of its own.
    const bad = refusedSets(operations, refusals);
    const own = refusals.filter((refusal) => {
      const operation = operations[refusal.operation];
      return operation?.kind !== "new rule" || !looksInto(operation.rule.rule, bad);
    });
    for (const { chain, rules, refusal } of this.#rules.refused(operations, own)) {
      const error = errnoName(refusal.errno);
      if (!chains.standIn(chain, rules, `the kernel refuses ${chain}: ${error}`)) continue;
      isolated = true;
      this.#told(operations, refusal, chain);
    }
    if (isolated) this.#wishAgain ??= clock.after(millis(wishAgainMs), () => this.#wish());
    return isolated;
  }

  close(): void {
    this.#wishAgain?.();
  }

  #wish(): void {
    this.#wishAgain = undefined;
    const { chains, sets, wishedAgain } = this.#parts;
    const [rules, lost] = [chains.wantWishes(), sets.hopeAgain()];
    if (rules || lost) wishedAgain();
  }

  #told(operations: readonly Operation[], refusal: Refusal, chain: string): void {
    const what = describe(operations[refusal.operation]);
    const error = errnoName(refusal.errno);
    this.#parts.tell({
      fact: "nft.isolated",
      table: this.#parts.table,
      chain,
      what,
      error,
      detail: refusal.detail,
    });
  }
}
