import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { millis } from "../../lib/unit.ts";
import { Backoff } from "../backoff.ts";
import { KernelError } from "../error.ts";
import type { IptablesFact } from "./fact.ts";
import { isolate } from "./isolate.ts";
import type { Count, Disturbance, IptablesPort, Outcome } from "./port.ts";
import { removeAllOf } from "./removal.ts";
import { ourPrefix } from "./stamp.ts";
import type { Hook, RuleText, TableName, Tables } from "./table.ts";
import { TableDelta, type Unit } from "./table-delta.ts";

/** In the order of a packet's way; also that in which they are written. */
const tableNames: readonly TableName[] = ["raw", "mangle", "nat", "filter"];
const firstRetry = millis(10);
const longestRetry = millis(2000);
/** What was refused for a reason of its own is tried again more rarely. */
const firstForgiving = millis(250);
const longestForgiving = millis(30_000);
/** Somebody who changes our tables again and again makes us look this rarely at last. */
const firstLook = millis(5);
const longestLook = millis(500);
/** After so long without an alarm the next one is looked after at once. */
const quietMs = 2000;
/** After so many failures in a row a table is written whole. */
const rebuildAfter = 3;
/** How often all is read, whoever was heard or not. */
const auditEvery = millis(60_000);

/** What a driver works with. */
export interface IptablesDriverOptions {
  readonly port: IptablesPort;
  readonly clock: Clock;
  readonly tell: Tell<IptablesFact>;
}

/**
 * Keeps one family's tables of one variant as they are wanted: `want…` and `unwant…` say what should be there; `apply` makes it so,
 * one transaction a table with only what differs. What a foreign hand changes is put back. Nothing that is not wanted goes before
 * `allowDeletes`.
 */
export class IptablesDriver implements Tables {
  readonly #port: IptablesPort;
  readonly #clock: Clock;
  readonly #tell: Tell<IptablesFact>;
  readonly #tables: ReadonlyMap<TableName, TableDelta> = new Map(
    tableNames.map((name) => [name, new TableDelta(name)]),
  );
  /** Tables that have to be read before anything is written. */
  readonly #unread = new Set<TableName>(tableNames);
  /** Chains that were told as refused. */
  readonly #told = new Map<string, { readonly table: TableName; readonly chain: string; readonly why: string }>();
  readonly #retry: Backoff;
  readonly #forgiving: Backoff;
  readonly #looking: Backoff;
  /** What of ours each table held when it was first read. */
  readonly #found = new Map<TableName, TableDelta["heldSize"]>();
  #deletes = false;
  #adopted = false;
  #working = false;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #failures = 0;
  /** Answers lost since the last rest. */
  #lost = 0;
  /** Tables that are written whole once they have been read. */
  readonly #rebuild = new Set<TableName>();
  #lastAlarm = Number.NEGATIVE_INFINITY;
  #audit: Cancel | undefined;
  #unwatch: Cancel | undefined;
  #watched = "";
  #waiting: (() => void)[] = [];

  constructor({ port, clock, tell }: IptablesDriverOptions) {
    this.#port = port;
    this.#clock = clock;
    this.#tell = tell;
    this.#retry = new Backoff(clock, firstRetry, longestRetry);
    this.#forgiving = new Backoff(clock, firstForgiving, longestForgiving);
    this.#looking = new Backoff(clock, firstLook, longestLook);
  }

  /** This chain should be there, with exactly these rules. @throws InvalidTable */
  wantChain(table: TableName, chain: string, rules: readonly RuleText[]): void {
    this.#delta(table).wantChain(chain, rules);
  }

  /** No chain of this name should be there. */
  unwantChain(table: TableName, chain: string): void {
    this.#delta(table).unwantChain(chain);
  }

  /** Our rules in the kernel's own chains of the table: all of them. @throws InvalidTable */
  wantHooks(table: TableName, hooks: readonly Hook[]): void {
    this.#delta(table).wantHooks(hooks);
  }

  /** From now on what is ours and not wanted goes. Before, what an earlier process left only grows and is corrected. */
  allowDeletes(): void {
    this.#deletes = true;
  }

  /**
   * Makes the kernel hold what is wanted. Resolves once it holds all that was wanted at the call, also after retries; a chain that
   * cannot be written has been told then, and drops everything.
   */
  apply(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#work();
    });
  }

  /** Looks at the kernel at once, and puts right what differs. */
  recheck(): Promise<void> {
    this.#distrust("all");
    return this.apply();
  }

  /** Tries at once what was refused: sets or modules may be there now that were not. */
  retryRefused(): Promise<void> {
    this.#forgive();
    return this.apply();
  }

  /** Packets and octets by rule name (its comment), summed over the rules that bear it. @throws KernelError */
  async counters(): Promise<ReadonlyMap<string, Count>> {
    const sums = new Map<string, Count>();
    for (const [table, chains] of await this.#port.saveAll()) {
      if (!this.#tables.get(table)?.isUsed) continue;
      for (const [chain, rules] of chains) {
        for (const { identity, comment, count } of rules) {
          if (comment === "" || (identity === "" && !chain.startsWith(ourPrefix))) continue;
          const { packets, bytes } = sums.get(comment) ?? { packets: 0, bytes: 0 };
          sums.set(comment, { packets: packets + count.packets, bytes: bytes + count.bytes });
        }
      }
    }
    return sums;
  }

  /** Why this chain cannot be written, so that it drops everything (in nat: does nothing); undefined when it can. */
  refusal(table: TableName, chain: string): string | undefined {
    return this.#told.get(`${table} ${chain}`)?.why;
  }

  /** Whether any chain cannot be written. */
  get isAnyRefused(): boolean {
    return this.#told.size > 0;
  }

  /** Stops, and takes everything of ours out of all tables. Answers what stays since others lead to it. @throws KernelError */
  async removeAll(): Promise<readonly string[]> {
    this.close();
    await this.#running;
    return removeAllOf(this.#port, tableNames);
  }

  /** Stops; the kernel keeps what it has. The port stays open. */
  close(): void {
    this.#closed = true;
    this.#unwatch?.();
    this.#audit?.();
    for (const timer of [this.#retry, this.#forgiving, this.#looking]) timer.cancel();
  }

  #delta(table: TableName): TableDelta {
    return this.#tables.get(table)!;
  }

  /** Tables in which anything of ours is wanted or may be left. */
  #used(): readonly TableName[] {
    return tableNames.filter((name) => this.#deletes || this.#delta(name).isUsed);
  }

  #distrust(where: Disturbance): void {
    for (const name of tableNames) if (where === "all" || where === name) this.#unread.add(name);
  }

  #alarmed(where: Disturbance): void {
    if (this.#closed) return;
    this.#distrust(where);
    const now = this.#clock.now();
    if (now - this.#lastAlarm > quietMs) this.#looking.reset();
    this.#lastAlarm = now;
    this.#looking.wait(() => this.#work());
  }

  /** One worker at a time; whoever calls while it runs is served by it. */
  #work(): void {
    if (!this.#working && !this.#closed && !this.#retry.waiting) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    this.#working = true;
    try {
      let more = true;
      while (more && !this.#closed) {
        more = await this.#pass();
        // Wishes and alarms may have come while we waited.
        if (!this.#retry.waiting && (this.#waiting.length > 0 || this.#isPending())) more = true;
      }
    } finally {
      this.#working = false;
    }
  }

  /** Answers whether there may be more to do now. */
  async #pass(): Promise<boolean> {
    let goesOn = true;
    for (const name of this.#used()) goesOn = (await this.#serve(name)) && goesOn;
    if (!goesOn) return false;
    this.#tellAdoption();
    if (this.#isPending()) return true;
    this.#failures = 0;
    this.#lost = 0;
    this.#retry.reset();
    const waiting = this.#waiting.splice(0);
    for (const resolve of waiting) resolve();
    return this.#rest();
  }

  /** From the first rest on we watch and look from time to time. Answers whether we have to look now. */
  #rest(): boolean {
    if (this.#closed) return false;
    this.#audit ??= this.#clock.after(auditEvery, () => {
      this.#audit = undefined;
      this.#distrust("all");
      this.#work();
    });
    const tables = this.#used();
    if (this.#watched === tables.join()) return false;
    this.#unwatch?.();
    this.#unwatch = this.#port.watch(tables, (where) => this.#alarmed(where));
    this.#watched = tables.join();
    // What somebody did between our last look and now was not heard.
    this.#distrust("all");
    return true;
  }

  #isPending(): boolean {
    return this.#used().some((name) => {
      const delta = this.#delta(name);
      if (this.#unread.has(name) || delta.writes(this.#deletes).length > 0) return true;
      return this.#deletes && delta.deletions().length > 0;
    });
  }

  async #look(name: TableName): Promise<void> {
    this.#unread.delete(name);
    const delta = this.#delta(name);
    const disturbance = delta.saw(await this.#port.save(name));
    if (this.#rebuild.delete(name)) delta.forgetContents();
    if (!this.#found.has(name)) this.#found.set(name, delta.heldSize);
    if (disturbance !== undefined) {
      this.#tell({ fact: "iptables.disturbed", tables: this.#port.name, table: name, what: disturbance });
    }
  }

  #tellAdoption(): void {
    if (this.#adopted) return;
    this.#adopted = true;
    const held = [...this.#found.values()];
    const chains = held.reduce((sum, each) => sum + each.chains, 0);
    const rules = held.reduce((sum, each) => sum + each.rules, 0);
    if (chains > 0) this.#tell({ fact: "iptables.adopted", tables: this.#port.name, chains, rules });
  }

  /** Reads a table if need be, writes what it lacks, then takes out what it has too much. Answers false when it has to wait. */
  async #serve(name: TableName): Promise<boolean> {
    try {
      if (this.#unread.has(name)) await this.#look(name);
      const delta = this.#delta(name);
      const goesOn = await this.#commit(delta, delta.writes(this.#deletes));
      // Wishes may have come meanwhile: what they no longer lead to goes when they are written.
      if (!goesOn || !this.#deletes || this.#unread.has(name) || delta.writes(true).length > 0) return goesOn;
      return await this.#commit(delta, delta.deletions());
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#distrust(name);
      this.#delta(name).sure = false;
      this.#failed(error.message);
      return false;
    }
  }

  async #commit(delta: TableDelta, units: readonly Unit[]): Promise<boolean> {
    if (units.length === 0 || this.#closed) return !this.#closed;
    const { wishes } = delta;
    const plan = delta.plan(units, this.#deletes);
    const outcome = await this.#port.restore(delta.name, plan.lines);
    if (outcome.kind === "committed") {
      plan.committed();
      this.#accepted(delta.name, units);
      return true;
    }
    if (outcome.kind !== "refused") return this.#postpone(delta, outcome);
    // Perhaps the table is not what we believed it to be.
    if ((await this.#hasChanged(delta)) || delta.wishes !== wishes || this.#closed) return true;
    const blame = (unit: Unit, why: string): void => this.#blame(delta, unit, why);
    const isolation = await isolate(this.#port, delta, units, this.#deletes, blame);
    if (isolation.kind !== "done") return this.#postpone(delta, isolation);
    this.#accepted(
      delta.name,
      units.filter((unit) => !isolation.culprits.has(unit)),
    );
    return true;
  }

  /** Whether somebody changed the table since we read it: then what was refused is to be thought over. */
  async #hasChanged(delta: TableDelta): Promise<boolean> {
    const disturbance = delta.saw(await this.#port.save(delta.name));
    if (disturbance === undefined) return false;
    this.#tell({ fact: "iptables.disturbed", tables: this.#port.name, table: delta.name, what: disturbance });
    return true;
  }

  #postpone(delta: TableDelta, outcome: Exclude<Outcome, { readonly kind: "committed" | "refused" }>): boolean {
    this.#failed(outcome.why);
    // A lock that is held says nothing about the table.
    if (outcome.kind === "busy") return false;
    delta.sure = false;
    this.#unread.add(delta.name);
    if (++this.#lost % rebuildAfter === 0) {
      this.#rebuild.add(delta.name);
      const why = `the answers to ${this.#lost} smaller transactions were lost`;
      this.#tell({ fact: "iptables.rebuilt", tables: this.#port.name, table: delta.name, why });
    }
    return false;
  }

  #blame(delta: TableDelta, unit: Unit, why: string): void {
    delta.blame(unit, why);
    const { name: table } = delta;
    const { chain } = unit;
    const place = `${table} ${chain}`;
    if (!this.#told.has(place)) this.#tell({ fact: "iptables.refused", tables: this.#port.name, table, chain, why });
    this.#told.set(place, { table, chain, why });
    if (this.#closed) return;
    this.#forgiving.wait(() => {
      this.#forgive();
      this.#work();
    });
  }

  #forgive(): void {
    for (const delta of this.#tables.values()) delta.forgive();
  }

  #accepted(table: TableName, units: readonly Unit[]): void {
    if (this.#told.size === 0) return;
    for (const { chain } of units) {
      if (this.#delta(table).isBlamed(chain) || !this.#told.delete(`${table} ${chain}`)) continue;
      this.#tell({ fact: "iptables.accepted", tables: this.#port.name, table, chain });
    }
    if (this.#told.size === 0) this.#forgiving.reset();
  }

  #failed(error: string): void {
    if (this.#closed) return;
    const retryMs = this.#retry.wait(() => this.#work());
    // Of several tables that fail in one go the first one speaks.
    if (retryMs > 0)
      this.#tell({ fact: "iptables.failed", tables: this.#port.name, error, attempt: ++this.#failures, retryMs });
  }
}
