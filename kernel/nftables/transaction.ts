import { compareHooks, type Hook } from "./chain.ts";
import type { ElementKey } from "./element.ts";
import type { Verdict } from "./expression.ts";
import type { Operation } from "./port.ts";
import type { SetSpec } from "./set.ts";

type NewBaseChain = Extract<Operation, { readonly kind: "new chain" }> & { readonly hook: Hook };

/** What to do when the kernel has taken a transaction. `handleOf` answers a new rule's handle, 0 when it is not known. */
export type Settle = (handleOf: (operation: Operation) => number) => void;

/**
 * A transaction in the making. Parts may be added in any order: what refers goes before what it refers to, and what is
 * referred to comes before what refers, so that the kernel accepts the whole in one pass.
 */
export class Transaction {
  readonly #rulesOut: Operation[] = [];
  readonly #elementsOut: Operation[] = [];
  readonly #objectsOut: Operation[] = [];
  readonly #tableIn: Operation[] = [];
  readonly #baseIn: NewBaseChain[] = [];
  readonly #objectsIn: Operation[] = [];
  readonly #elementsIn: Operation[] = [];
  readonly #rulesIn: Operation[] = [];
  readonly #settle: Settle[] = [];

  /** Adds a step. */
  add(operation: Operation): Operation {
    if (operation.kind === "new chain" && operation.hook) this.#baseIn.push({ ...operation, hook: operation.hook });
    else this.#phase(operation).push(operation);
    return operation;
  }

  /** Adds and removes elements of a set. */
  elements(set: SetSpec, added: readonly ElementKey[], removed: readonly ElementKey[]): void {
    if (removed.length > 0) this.add({ kind: "delete elements", set, keys: removed });
    if (added.length > 0) this.add({ kind: "new elements", set, keys: added });
  }

  /** Adds and removes entries of a map; one that changes is in both. */
  entries(map: string, added: readonly (readonly [string, Verdict])[], removed: readonly string[]): void {
    if (removed.length > 0) this.add({ kind: "delete entries", map, names: removed });
    if (added.length > 0) this.add({ kind: "new entries", map, entries: added });
  }

  /** Calls back when the kernel has taken the whole. */
  whenCommitted(settle: Settle): void {
    this.#settle.push(settle);
  }

  /** The steps in the order in which the kernel accepts them. */
  operations(): readonly Operation[] {
    return [
      ...this.#rulesOut,
      ...this.#elementsOut,
      ...this.#objectsOut,
      ...this.#tableIn,
      // Made first, they are listed first.
      ...this.#baseIn.sort((x, y) => compareHooks(x.hook, y.hook)),
      ...this.#objectsIn,
      ...this.#elementsIn,
      ...this.#rulesIn,
    ];
  }

  /** Tells the parts that the kernel has taken the whole; `handles` by index in `operations`. */
  committed(operations: readonly Operation[], handles: ReadonlyMap<number, number>): void {
    const byOperation = new Map<Operation, number>();
    for (const [index, handle] of handles) byOperation.set(operations[index]!, handle);
    for (const settle of this.#settle) settle((operation) => byOperation.get(operation) ?? 0);
  }

  #phase(operation: Operation): Operation[] {
    switch (operation.kind) {
      case "flush chain":
      case "delete rule":
        return this.#rulesOut;
      case "delete elements":
      case "delete entries":
        return this.#elementsOut;
      case "delete table":
      case "delete chain":
      case "delete set":
        return this.#objectsOut;
      case "new table":
        return this.#tableIn;
      case "new chain":
      case "new set":
      case "new map":
        return this.#objectsIn;
      case "new elements":
      case "new entries":
        return this.#elementsIn;
      case "new rule":
        return this.#rulesIn;
    }
  }
}
