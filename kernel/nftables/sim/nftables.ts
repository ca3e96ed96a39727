import type { Cancel } from "../../../lib/clock.ts";
import { errno } from "../../errno.ts";
import { KernelError } from "../../error.ts";
import type { Expression } from "../expression.ts";
import type { Disturbance, NftablesPort, Operation, Outcome, Refusal, RuleState, TableState } from "../port.ts";
import { SimTable } from "./table.ts";

/**
 * One nftables table in memory. Keeps the kernel's promises: a transaction happens whole or not at all; references are checked as
 * the kernel checks them (ENOENT, EBUSY, EEXIST, EMLINK, EOPNOTSUPP); handles only grow; commits and answers keep their order.
 * Breaks only what the kernel may break: it can be told to refuse (`failNext`), to lose an answer, to be changed by
 * somebody else.
 */
export class SimNftables implements NftablesPort {
  #table: SimTable | undefined;
  #generation = 1;
  #nextHandle = 1;
  readonly #watchers = new Set<(what: Disturbance) => void>();
  readonly #faults: ("lost" | number)[] = [];
  #lacks: (expression: Expression) => boolean = () => false;
  #refuses: (operation: Operation) => number = () => 0;
  #closed = false;
  /** How many transactions the table has taken from us. */
  committed = 0;
  /** Whether the answers to new rules carry their handles; a real kernel's do not after large transactions. */
  echoes = true;

  /** The next transactions meet these: an errno that refuses the whole, or "lost": it happens, but the answer does not come. */
  failNext(...faults: ("lost" | number)[]): void {
    this.#faults.push(...faults);
  }

  /** From now on the kernel knows no such expressions: every rule with one is refused (ENOENT, as without its module). */
  lack(lacks: (expression: Expression) => boolean): void {
    this.#lacks = lacks;
  }

  /** From now on operations for which this answers an error number are refused with it. */
  refuse(refuses: (operation: Operation) => number): void {
    this.#refuses = refuses;
  }

  /** Somebody else's transaction on our table; throws when the kernel would refuse it. */
  disturb(operations: readonly Operation[], heard: Disturbance | "unheard" = "changed"): void {
    const [table, , refusals] = this.#applied(operations);
    if (refusals.length > 0) throw new Error(`sim: the disturbance is refused: ${JSON.stringify(refusals)}`);
    this.#table = table;
    this.#generation++;
    if (heard !== "unheard") for (const watcher of [...this.#watchers]) watcher(heard);
  }

  /** Somebody commits to another table: only the generation moves. */
  commitElsewhere(): void {
    this.#generation++;
  }

  /** Counts packets on the rules of a chain, as traffic would. */
  count(chain: string, packets: number, bytes: number): void {
    this.#table?.count(chain, packets, bytes);
  }

  async commit(operations: readonly Operation[], generation?: number): Promise<Outcome> {
    this.#check();
    if (operations.length === 0) return { kind: "committed", handles: new Map() };
    if (generation !== undefined && generation !== this.#generation) return { kind: "stale" };
    const fault = this.#faults.shift();
    if (typeof fault === "number") {
      return { kind: "refused", refusals: [{ operation: -1, errno: fault, detail: "" }] };
    }
    const [table, handles, refusals] = this.#applied(operations);
    if (refusals.length > 0) return { kind: "refused", refusals };
    this.#table = table;
    this.#generation++;
    this.committed++;
    return fault === "lost" ? { kind: "unknown" } : { kind: "committed", handles: this.echoes ? handles : new Map() };
  }

  async dump(): Promise<{ readonly generation: number; readonly table: TableState | undefined }> {
    this.#check();
    return { generation: this.#generation, table: this.#table?.state(this.#generation) };
  }

  async rules(chain?: string): Promise<ReadonlyMap<string, readonly RuleState[]>> {
    this.#check();
    const rules = new Map<string, readonly RuleState[]>();
    for (const [name, state] of this.#table?.state(0).chains ?? []) {
      if (state.rules.length > 0 && (chain === undefined || chain === name)) rules.set(name, state.rules);
    }
    return rules;
  }

  async generation(): Promise<number> {
    this.#check();
    return this.#generation;
  }

  watch(heard: (what: Disturbance) => void): Cancel {
    this.#watchers.add(heard);
    return () => this.#watchers.delete(heard);
  }

  close(): void {
    this.#closed = true;
    this.#watchers.clear();
  }

  #check(): void {
    if (this.#closed) {
      throw new KernelError("kernel/closed", "the nftables port is closed", { operation: "commit", errno: 0 });
    }
  }

  /** The table as it would be after the operations; the one we have stays untouched. */
  #applied(operations: readonly Operation[]): [SimTable | undefined, Map<number, number>, Refusal[]] {
    let table = this.#table?.copy();
    const handles = new Map<number, number>();
    const refusals: Refusal[] = [];
    for (const [index, operation] of operations.entries()) {
      let result: number;
      if (operation.kind === "new table") {
        table ??= new SimTable();
        result = 0;
      } else if (!table) result = errno.ENOENT;
      else if (this.#refuses(operation) !== 0) result = this.#refuses(operation);
      else if (operation.kind === "delete table") {
        table = undefined;
        result = 0;
      } else if (operation.kind === "new rule") {
        const handle = this.#nextHandle++;
        handles.set(index, handle);
        result = operation.rule.rule.expressions.some(this.#lacks)
          ? errno.ENOENT
          : table.addRule(operation.chain, operation.rule, handle, operation.before);
      } else result = table.apply(operation);
      if (result !== 0) refusals.push({ operation: index, errno: result, detail: "" });
    }
    const whole = refusals.length === 0 && table ? table.check() : 0;
    if (whole !== 0) refusals.push({ operation: -1, errno: whole, detail: "" });
    return [table, handles, refusals];
  }
}
