import type { Cancel, Clock } from "../../lib/clock.ts";
import { invariant } from "../../lib/error.ts";
import type { Tell } from "../../lib/fact.ts";
import { millis } from "../../lib/unit.ts";
import { errnoName } from "../errno.ts";
import { KernelError, refused } from "../error.ts";
import type { Chain } from "./chain.ts";
import { ChainDelta } from "./chain-delta.ts";
import type { Count } from "./expression/counter.ts";
import type { Verdict } from "./expression.ts";
import type { NftFact } from "./fact.ts";
import { Isolation } from "./isolation.ts";
import { describe, validName } from "./operation-text.ts";
import type { Disturbance, NftablesPort, Operation, Outcome } from "./port.ts";
import { countByName } from "./rule-count.ts";
import { SeenGeneration } from "./seen-generation.ts";
import type { ElementText, SetSpec } from "./set.ts";
import { SetDelta } from "./set-delta.ts";
import type { Table, TableId } from "./table.ts";
import { Transaction } from "./transaction.ts";
import { wantTable } from "./want-table.ts";

/** After so many failures in a row the table is replaced whole: what stands in the way may be something we do not see. */
const rebuildAfter = 3;
const firstRetryMs = 10;
const longestRetryMs = 2000;
/** So often in a row we let somebody else's commits send us back to look; then we commit upon what we saw. */
const staleLimit = 10;
/** For larger transactions we stop listening: the kernel describes to listeners every rule of them. */
const heardRules = 1000;
/** For more chains than this, handles are not asked chain by chain. */
const chainsAskedSingly = 16;

/** What a driver works with. */
export interface RulesetDriverOptions {
  readonly port: NftablesPort;
  readonly clock: Clock;
  readonly table: TableId;
  readonly tell: Tell<NftFact>;
  /**
   * How much of what no packet can meet yet, new sets and new chains, goes into one transaction; more goes ahead in slices, so that no
   * transaction outgrows the socket or holds up the process for long. Default 20,000 elements and 2,000 rules.
   */
  readonly atOnce?: { readonly elements: number; readonly rules: number };
}

/**
 * Keeps one nftables table as it is wanted. `want…` and `unwant…` say what should be there; `apply` makes it so, each time in
 * one transaction with only what differs. What a foreign hand changes is put back. Nothing that is not wanted goes before
 * `allowDeletes`.
 */
export class RulesetDriver {
  readonly #port: NftablesPort;
  readonly #clock: Clock;
  readonly #table: TableId;
  readonly #tell: Tell<NftFact>;
  readonly #chains: ChainDelta;
  readonly #sets: SetDelta;
  #deletes = false;
  #known = false;
  #adopted = false;
  #present = false;
  /** Given while what we know is fresh from a dump: commit only if that still holds. */
  #generation: number | undefined;
  /** What the generation is if nobody but us commits. */
  #expected = 0;
  #failures = 0;
  #stale = 0;
  #working = false;
  #closed = false;
  #retry: Cancel | undefined;
  #waiting: (() => void)[] = [];
  #unwatch: Cancel | undefined;
  readonly #isolation: Isolation;
  /** What the last look saw, until we rest: what is told of it later is no news. */
  readonly #seen = new SeenGeneration();
  /** A disturbance has been told and is not put right yet. */
  #disturbanceTold = false;

  constructor({ port, clock, table, tell, atOnce = { elements: 20_000, rules: 2000 } }: RulesetDriverOptions) {
    this.#port = port;
    this.#clock = clock;
    this.#table = table;
    this.#tell = tell;
    this.#chains = new ChainDelta(table.family, atOnce.rules);
    this.#sets = new SetDelta(atOnce.elements);
    this.#isolation = new Isolation({
      chains: this.#chains,
      sets: this.#sets,
      clock,
      tell,
      table: this.#name,
      wishedAgain: () => void this.#work(),
    });
  }

  /** This chain should be there, exactly so. @throws InvalidRuleset when a rule cannot be said */
  wantChain(chain: Chain): void {
    validName("chain", chain.name);
    this.#chains.want(chain);
  }

  /** No chain of this name should be there. */
  unwantChain(name: string): void {
    this.#chains.unwant(name);
  }

  /** This set should be there; its elements are what `changeElements` makes of them, none at first. */
  wantSet(spec: SetSpec): void {
    validName("set", spec.name);
    this.#sets.set(spec);
  }

  /**
   * Adds to and takes from the elements of a wanted set; order and repetition mean nothing, overlapping ranges are fine. Two
   * spellings of one element (`10.0.0.1`, `10.0.0.1/32`) are one element.
   * @throws InvalidRuleset when a text is no element of the set; then none of them is taken
   */
  changeElements(set: string, add: Iterable<ElementText>, remove: Iterable<ElementText> = []): void {
    const elements = this.#sets.wantedSet(set);
    invariant(elements, `elements were given to the nftables set ${set}, which is not wanted`);
    elements.change(add, remove);
  }

  /** This verdict map should be there; its entries are what `wantEntry` and `unwantEntry` make of them. */
  wantMap(name: string): void {
    validName("map", name);
    this.#sets.map(name);
  }

  /** In this wanted map the interface should lead to the verdict. @throws InvalidRuleset */
  wantEntry(map: string, name: string, verdict: Verdict): void {
    this.#entries(map).want(name, verdict);
  }

  /** In this wanted map the interface should lead nowhere. */
  unwantEntry(map: string, name: string): void {
    this.#entries(map).unwant(name);
  }

  /** No set of this name should be there. */
  unwantSet(name: string): void {
    this.#sets.unwant(name);
    this.#isolation.unwanted(name);
  }

  /** No map of this name should be there. */
  unwantMap(name: string): void {
    this.#sets.unwant(name);
  }

  /** The table should be exactly this: all the calls above in one. @throws InvalidRuleset */
  want(table: Table): void {
    wantTable(table, this.#chains, this.#sets);
  }

  /** From now on what is not wanted goes. Before, a table that an earlier process left only grows and is corrected. */
  allowDeletes(): void {
    this.#deletes = true;
  }

  /**
   * Makes the kernel hold what is wanted. With nothing else under way the transaction has been worked off by the kernel when
   * this returns; the promise resolves once it holds all that was wanted at the call, however often that had to be tried.
   */
  apply(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      void this.#work();
    });
  }

  /** Packets and octets by rule name, summed over the rules that bear it. @throws KernelError */
  async counters(): Promise<ReadonlyMap<string, Count>> {
    return countByName(await this.#port.rules(), this.#chains.ruleNames());
  }

  /** Which chains a drop stands in for, since the kernel does not take them. */
  get dropped(): Pick<ChainDelta, "isAnyDropped" | "isDropped"> {
    return this.#chains;
  }

  /** How much of everything is wanted. */
  get size(): { readonly chains: number; readonly rules: number; readonly maps: number; readonly sets: number } {
    return { ...this.#chains.size, ...this.#sets.size };
  }

  /** Looks at the kernel afresh at the next `apply`. */
  distrust(): void {
    this.#seen.forget();
    this.#known = false;
  }

  /** Stops; the kernel keeps what it has. The port stays open. */
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
    this.#retry?.();
    this.#isolation.close();
  }

  /** Stops, and takes the table out of the kernel, whoever made it. @throws KernelError when the kernel does not let it go */
  async remove(): Promise<void> {
    this.close();
    const outcome = await this.#port.commit([{ kind: "new table" }, { kind: "delete table" }]);
    if (outcome.kind === "committed") return;
    const refusal = outcome.kind === "refused" ? outcome.refusals[0]! : undefined;
    throw refused(`delete table ${this.#name}`, refusal?.errno ?? 0, refusal?.detail ?? "the answer was lost");
  }

  #entries(map: string): { want(name: string, verdict: Verdict): void; unwant(name: string): void } {
    const entries = this.#sets.wantedMap(map);
    invariant(entries, `an entry was given to the nftables map ${map}, which is not wanted`);
    return entries;
  }

  #disturbed(how: Disturbance, generation?: number): void {
    if (this.#closed || this.#seen.has(generation)) return;
    this.#known = false;
    if (!this.#disturbanceTold) this.#tell({ fact: "nft.disturbed", table: this.#name, how });
    this.#disturbanceTold = true;
    void this.#work();
  }

  get #name(): string {
    return `${this.#table.family} ${this.#table.name}`;
  }

  /** One worker at a time; whoever calls while it runs is served by it. */
  async #work(): Promise<void> {
    if (this.#working || this.#closed || this.#retry) return;
    this.#working = true;
    try {
      let more = true;
      while (more && !this.#closed) {
        more = (await this.#pass()) || (!this.#retry && (await this.#startWatching()));
        // Wishes and disturbances may have come while we waited.
        if (!more && !this.#retry && (!this.#known || this.#isPending())) more = true;
      }
      if (!this.#retry && !this.#closed) this.#satisfied();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#known = false;
      this.#tell({ fact: "nft.failed", table: this.#name, error: error.message, ...this.#retryLater() });
    } finally {
      this.#working = false;
    }
  }

  #satisfied(): void {
    this.#failures = 0;
    this.#seen.forget();
    this.#disturbanceTold = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /**
   * Watches from the first rest on: while somebody watches, the kernel describes every rule of every transaction, which would
   * double the time of the first, large one. Answers whether somebody committed before we watched, so that we must look.
   */
  async #startWatching(): Promise<boolean> {
    if (this.#unwatch) return false;
    this.#unwatch = this.#port.watch(this.#disturbed.bind(this));
    if ((await this.#port.generation()) === this.#expected) return false;
    this.#known = false;
    return true;
  }

  /** One look or one transaction. Answers whether there may be more to do now. */
  async #pass(): Promise<boolean> {
    if (!this.#known) await this.#look();
    if (!this.#isPending()) return false;
    const why = this.#rebuildReason();
    if (why !== undefined) this.#startOver(why);
    else {
      const blind = this.#chains.needHandles();
      if (blind.length > 0) return this.#askHandles(blind);
    }
    const transaction = this.#plan(why !== undefined);
    const operations = transaction.operations();
    const generation = this.#stale < staleLimit ? this.#generation : undefined;
    this.#generation = undefined;
    if (this.#closed) return false;
    if (operations.length > heardRules) {
      // The watch begins anew at the next rest, with a look at whether anybody committed meanwhile.
      this.#unwatch?.();
      this.#unwatch = undefined;
    }
    const outcome = await this.#port.commit(operations, generation);
    return this.#took(transaction, operations, outcome);
  }

  #plan(rebuild: boolean): Transaction {
    const transaction = new Transaction();
    if (rebuild) transaction.add({ kind: "delete table" });
    if (rebuild || !this.#present) {
      transaction.add({ kind: "new table" });
      transaction.whenCommitted(() => {
        this.#present = true;
      });
    }
    const setsFirst = !rebuild && (this.#sets.isLarge() || this.#sets.hasNewRanges());
    const chainsFirst = !rebuild && this.#chains.isLarge();
    if (setsFirst || chainsFirst) {
      this.#sets.planAhead(transaction);
      if (!setsFirst) this.#chains.planAhead(transaction);
    } else {
      this.#sets.plan(transaction, this.#deletes);
      this.#chains.plan(transaction, this.#deletes);
    }
    return transaction;
  }

  #took(transaction: Transaction, operations: readonly Operation[], outcome: Outcome): boolean {
    this.#stale = outcome.kind === "stale" ? this.#stale + 1 : 0;
    if (outcome.kind === "committed") {
      this.#expected++;
      this.#isolation.committed();
      transaction.committed(operations, outcome.handles);
      return true;
    }
    this.#known = false;
    if (outcome.kind === "stale") return true;
    if (this.#closed) return false; // Nobody waits for that answer.
    if (outcome.kind === "unknown") {
      const error = "the kernel's answer was lost";
      this.#tell({ fact: "nft.failed", table: this.#name, error, ...this.#retryLater() });
      return false;
    }
    if (this.#isolation.isolate(operations, outcome.refusals)) return true;
    const { operation, errno, detail } = outcome.refusals[0]!;
    const what = describe(operations[operation]);
    const refusal = { what, error: errnoName(errno), detail };
    this.#tell({ fact: "nft.refused", table: this.#name, ...refusal, ...this.#retryLater() });
    return false;
  }

  /** Reads the whole table. A disturbance that comes meanwhile makes us look again. */
  async #look(): Promise<void> {
    this.#known = true;
    this.#seen.looking();
    const { generation, table } = await this.#port.dump();
    if (this.#seen.saw(generation)) this.#known = true;
    this.#generation = generation;
    this.#expected = generation;
    this.#present = table !== undefined;
    this.#chains.sawAll(table?.chains ?? new Map());
    this.#sets.sawAll(table?.sets ?? new Map());
    if (table && !this.#adopted) {
      this.#tell({ fact: "nft.adopted", table: this.#name, chains: table.chains.size, sets: table.sets.size });
    }
    this.#adopted = true;
  }

  /** Reads the handles of the rules of some chains. Always answers that there is more to do. */
  async #askHandles(names: readonly string[]): Promise<boolean> {
    if (names.length > chainsAskedSingly) {
      this.#known = false;
      return true;
    }
    for (const name of names) {
      const rules = (await this.#port.rules(name)).get(name) ?? [];
      if (!this.#chains.sawRules(name, rules)) this.#known = false;
    }
    return true;
  }

  #rebuildReason(): string | undefined {
    if (!this.#deletes || !this.#present) return undefined;
    if (this.#chains.needsRebuild()) return "a chain becomes or ceases to be a base chain";
    if (this.#sets.needsRebuild()) return "a set changes its kind";
    return this.#failures >= rebuildAfter ? `the kernel refused ${this.#failures} smaller transactions` : undefined;
  }

  /** From here we plan as if the kernel had nothing of ours. */
  #startOver(why: string): void {
    this.#tell({ fact: "nft.rebuilt", table: this.#name, why });
    this.#chains.sawAll(new Map());
    this.#sets.sawAll(new Map());
  }

  #retryLater(): { readonly attempt: number; readonly retryMs: number } {
    const attempt = ++this.#failures;
    const retryMs = Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs);
    this.#retry = this.#clock.after(millis(retryMs), () => {
      this.#retry = undefined;
      void this.#work();
    });
    return { attempt, retryMs };
  }

  #isPending(): boolean {
    return !this.#present || this.#chains.isPending(this.#deletes) || this.#sets.isPending(this.#deletes);
  }
}
