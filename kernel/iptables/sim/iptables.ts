import type { Cancel } from "../../../lib/clock.ts";
import { KernelError } from "../../error.ts";
import { type Disturbance, hookChains, type IptablesPort, type Outcome, type SavedTable } from "../port.ts";
import { parseSave, parseSaveAll } from "../save-text.ts";
import type { TableName } from "../table.ts";

interface SimRule {
  readonly text: string;
  packets: number;
  bytes: number;
}

type Chains = Map<string, SimRule[]>;

const verdicts: ReadonlySet<string> = new Set(
  "ACCEPT DROP RETURN REJECT LOG NFLOG MARK CONNMARK CT MASQUERADE SNAT DNAT NOTRACK".split(" "),
);

const quoted = /"(?:[^"\\]|\\.)*"/g;

/**
 * One family's tables in memory, written with the lines of iptables-restore and read through the text of iptables-save. Keeps the kernel's
 * promises: a transaction happens whole or not at all, what leads nowhere is refused, and so is the end of a chain that something leads to.
 * Breaks only what may break: it can be told to refuse, to be busy, to lose an answer, to be changed by somebody else.
 */
export class SimIptables implements IptablesPort {
  readonly name = "ipv4 sim";
  readonly #tables = new Map<TableName, Chains>();
  readonly #watchers = new Map<(where: Disturbance) => void, readonly TableName[]>();
  readonly #faults: ("lost" | "died" | "busy" | "broken")[] = [];
  #closed = false;
  /** Rules that contain one of these are refused. */
  readonly poison = new Set<string>();
  /** Transactions that we were given. */
  restored: { readonly table: TableName; readonly lines: readonly string[] }[] = [];

  /** The next transactions meet these: they happen and the answer is lost, neither, they are refused as busy, no program starts. */
  failNext(...faults: ("lost" | "died" | "busy" | "broken")[]): void {
    this.#faults.push(...faults);
  }

  /** Somebody else's transaction. Answers why not, when it is refused. */
  disturb(table: TableName, lines: readonly string[], heard: Disturbance | "unheard" = table): string | undefined {
    const outcome = this.#apply(table, lines);
    if (heard !== "unheard") for (const watcher of [...this.#watchers.keys()]) watcher(heard);
    return outcome.kind === "refused" ? outcome.why : undefined;
  }

  /** Counts packets on the rules of a chain, as traffic would. */
  count(table: TableName, chain: string, packets: number, bytes: number): void {
    for (const rule of this.#tables.get(table)?.get(chain) ?? []) {
      rule.packets += packets;
      rule.bytes += bytes;
    }
  }

  /** What iptables-save would print. */
  text(table: TableName): string {
    const chains = this.#chains(table);
    const lines = [`*${table}`];
    for (const name of chains.keys()) lines.push(`:${name} - [0:0]`);
    for (const [name, rules] of chains) {
      for (const { text, packets, bytes } of rules) lines.push(`[${packets}:${bytes}] -A ${name} ${text}`);
    }
    return [...lines, "COMMIT", ""].join("\n");
  }

  async restore(table: TableName, lines: readonly string[]): Promise<Outcome> {
    this.#check();
    const fault = this.#faults.shift();
    if (fault === "broken") throw new KernelError("kernel/syscall", "no program", { operation: "restore", errno: 2 });
    if (fault === "busy") return { kind: "busy", why: "another program holds the lock" };
    if (fault === "died") return { kind: "unknown", why: "the program ended without a word" };
    this.restored.push({ table, lines });
    const outcome = this.#apply(table, lines);
    return fault === "lost" ? { kind: "unknown", why: "the program ended" } : outcome;
  }

  async save(table: TableName): Promise<SavedTable> {
    this.#check();
    return parseSave(this.text(table))!;
  }

  async saveAll(): Promise<ReadonlyMap<TableName, SavedTable>> {
    this.#check();
    return parseSaveAll([...this.#tables.keys()].map((table) => this.text(table)).join(""))!;
  }

  watch(tables: readonly TableName[], heard: (where: Disturbance) => void): Cancel {
    this.#watchers.set(heard, tables);
    return () => this.#watchers.delete(heard);
  }

  close(): void {
    this.#closed = true;
    this.#watchers.clear();
  }

  #check(): void {
    if (!this.#closed) return;
    throw new KernelError("kernel/closed", "the iptables port is closed", { operation: "restore", errno: 0 });
  }

  #chains(table: TableName): Chains {
    return this.#tables.get(table) ?? new Map(hookChains[table].map((name) => [name, []]));
  }

  #apply(table: TableName, lines: readonly string[]): Outcome {
    const chains: Chains = new Map([...this.#chains(table)].map(([name, rules]) => [name, [...rules]]));
    for (const line of lines) {
      const why = this.#line(table, chains, line);
      if (why !== undefined) return { kind: "refused", why };
    }
    const dangling = danglingTarget(chains);
    if (dangling !== undefined) return { kind: "refused", why: `Chain '${dangling}' does not exist` };
    this.#tables.set(table, chains);
    return { kind: "committed" };
  }

  /** Does one line; answers why not. */
  #line(table: TableName, chains: Chains, line: string): string | undefined {
    if (line.startsWith(":")) {
      chains.set(line.slice(1, line.indexOf(" ")), []);
      return undefined;
    }
    const [, order, name, rest = ""] = /^-([ARIDX]) (\S+) ?(.*)$/.exec(line) ?? [];
    const rules = chains.get(name ?? "");
    if (!rules || name === undefined) return `no chain of that name: ${line}`;
    if (order === "X") {
      if (rules.length > 0) return `chain ${name} is not empty`;
      chains.delete(name);
      return undefined;
    }
    const numbered = /^(\d+) ?(.*)$/.exec(order === "A" ? "" : rest);
    const text = numbered ? numbered[2]! : rest;
    if (order !== "D") {
      for (const poison of this.poison)
        if (text.replace(quoted, '""').includes(poison)) return `cannot understand ${poison}`;
      if (table === "nat" && /(?:^| )-j DROP$/.test(text)) return "nat does not drop";
    }
    const at = numbered ? Number(numbered[1]) - 1 : rules.findIndex((rule) => rule.text === text);
    const rule: SimRule = { text, packets: 0, bytes: 0 };
    if (order === "A") rules.push(rule);
    else if (at < 0 || at > rules.length - (order === "I" ? 0 : 1)) return `no rule: ${line}`;
    else if (order === "I") rules.splice(at, 0, rule);
    else if (order === "R") rules[at] = rule;
    else rules.splice(at, 1);
    return undefined;
  }
}

/** The first target that is neither a chain nor one of the kernel's own. */
function danglingTarget(chains: Chains): string | undefined {
  for (const rules of chains.values()) {
    for (const { text } of rules) {
      const target = / -[jg] (\S+)/.exec(` ${text.replace(quoted, '""')}`)?.[1];
      if (target !== undefined && !verdicts.has(target) && !chains.has(target)) return target;
    }
  }
  return undefined;
}
