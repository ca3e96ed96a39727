import type { Cancel } from "../../../lib/clock.ts";
import type { Family } from "../../../net/family.ts";
import { errno } from "../../errno.ts";
import { KernelError } from "../../error.ts";
import { outcomeOf } from "../complaint.ts";
import type { Disturbance, IptablesPort, Outcome, SavedTable } from "../port.ts";
import { parseSave, parseSaveAll } from "../save-text.ts";
import type { TableName } from "../table.ts";
import type { IptablesVariant } from "../variant.ts";
import { iptablesCommand } from "./command.ts";
import { LegacyWatch } from "./legacy-watch.ts";
import { NftWatch } from "./nft-watch.ts";
import { RestoreProcess } from "./restore-process.ts";
import { run } from "./run.ts";

/** How long programs wait for the xtables lock, s. */
const lockWait = "5";
/** When a program is given up: a large table takes seconds in the legacy variant. */
const restoreWithinMs = 60_000;
const saveWithinMs = 60_000;
/** How soon a program that can be kept running must have shown that it can. */
const steadyWithinMs = 5000;

/** Whose tables, and where. */
export interface IptablesOptions {
  readonly family: Family;
  readonly variant: IptablesVariant;
  /** Path of the network namespace; absent: ours. */
  readonly netns?: string;
  /** Start a program for each transaction, as where one cannot be kept running. */
  readonly spawnEach?: boolean;
}

/** The tables of a running kernel, written by a restore program that is kept running and read by a save program. */
export class LinuxIptables implements IptablesPort {
  readonly name: string;
  readonly #options: IptablesOptions;
  #process: RestoreProcess | undefined;
  #mode: "unknown" | "kept" | "each";
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  readonly #watches = new Set<NftWatch | LegacyWatch>();
  /** Process ids of programs of ours: what they do is no disturbance. */
  readonly #own = new Set<number>();

  /** Starts the program at once: a process that has grown starts others slowly. */
  constructor(options: IptablesOptions) {
    this.#options = options;
    this.name = `${options.family} ${options.variant}`;
    this.#mode = options.spawnEach ? "each" : "unknown";
    if (this.#mode === "unknown") this.#start();
  }

  /** Whether a program is kept running; undefined before the first transaction. */
  get isKept(): boolean | undefined {
    return this.#mode === "unknown" ? undefined : this.#mode === "kept";
  }

  restore(table: TableName, lines: readonly string[]): Promise<Outcome> {
    const text = `*${table}\n${lines.map((line) => `${line}\n`).join("")}COMMIT\n`;
    return this.#inTurn(async () => {
      const outcome = await this.#restore(text);
      for (const watch of this.#watches) watch.settled();
      return outcome;
    });
  }

  save(table: TableName): Promise<SavedTable> {
    return this.#list(["--counters", "--table", table], `table ${table}`, parseSave);
  }

  saveAll(): Promise<ReadonlyMap<TableName, SavedTable>> {
    return this.#list(["--counters"], "tables", parseSaveAll);
  }

  watch(tables: readonly TableName[], heard: (where: Disturbance) => void): Cancel {
    const { family, variant, netns } = this.#options;
    const watch =
      variant === "nft"
        ? new NftWatch(family, this.#own, tables, heard, netns)
        : new LegacyWatch(family, tables, heard, netns);
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.close();
    };
  }

  close(): void {
    this.#closed = true;
    this.#process?.close();
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
  }

  #list<T>(args: readonly string[], what: string, parse: (text: string) => T | undefined): Promise<T> {
    return this.#inTurn(async () => {
      for (const watch of this.#watches) watch.settled();
      const command = this.#command("save", args);
      const ran = await run(command, "", saveWithinMs, undefined, (pid) => this.#known(pid));
      if (ran.isMissing) throw this.#missing("save");
      const { status, output, complaint } = ran;
      const read = output === undefined ? undefined : parse(output);
      if (status === 0 && read) return read;
      const words = complaint.trim().slice(0, 240) || (output ?? "").trim().slice(0, 240);
      throw new KernelError("kernel/refused", `${command.file} cannot list ${what} (${this.name}): ${words}`, {
        operation: `list iptables ${what}`,
        errno: errno.EIO,
      });
    });
  }

  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      if (!this.#closed) return body();
      throw new KernelError("kernel/closed", "the iptables port is closed", { operation: "iptables", errno: 0 });
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #command(program: "restore" | "save", args: readonly string[]): ReturnType<typeof iptablesCommand> {
    return iptablesCommand(this.#options.family, this.#options.variant, program, args, this.#options.netns);
  }

  #known(pid: number): void {
    this.#own.add(pid);
    // What a program did is heard soon after it ended; process ids come again only much later.
    for (const old of this.#own) {
      if (this.#own.size <= 64) break;
      this.#own.delete(old);
    }
  }

  #start(): RestoreProcess {
    const process = new RestoreProcess(this.#command("restore", ["--noflush", "--verbose", "--wait", lockWait]));
    if (process.pid !== undefined) this.#known(process.pid);
    this.#process = process;
    return process;
  }

  async #restore(text: string): Promise<Outcome> {
    if (this.#mode !== "each") {
      const process = this.#process && !this.#process.hasEnded ? this.#process : this.#start();
      if (this.#mode === "unknown") {
        const steady = await process.isSteady(steadyWithinMs);
        if (!process.hasStarted) throw this.#missing("restore");
        this.#mode = steady ? "kept" : "each";
      }
      if (this.#mode === "kept") {
        const outcome = await process.restore(text, restoreWithinMs);
        if (!process.hasStarted) throw this.#missing("restore");
        // The next one is started now, so that the next transaction need not wait for it.
        if (process.hasEnded && !this.#closed) this.#start();
        return outcome;
      }
      process.close();
    }
    return this.#restoreOnce(text);
  }

  async #restoreOnce(text: string): Promise<Outcome> {
    const command = this.#command("restore", ["--noflush", "--wait", lockWait]);
    const ran = await run(command, text, restoreWithinMs, undefined, (pid) => this.#known(pid));
    if (ran.status === 0) return { kind: "committed" };
    if (ran.isMissing) throw this.#missing("restore");
    return outcomeOf(ran.complaint);
  }

  #missing(program: "restore" | "save"): KernelError {
    const { file } = this.#command(program, []);
    return new KernelError("kernel/syscall", `${file} cannot be started: is iptables (1.8 or newer) installed?`, {
      operation: `start ${file}`,
      errno: errno.ENOENT,
    });
  }
}
