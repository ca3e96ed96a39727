import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "../lab/ground.ts";
import type { Processes, ProcessId } from "../lab/processes.ts";
import { isRunning, signal } from "../lab/processes.ts";
import { type Ran, run, tryRun } from "../lab/run.ts";

/** A machine of a lab: where its programs run and keep their files. */
export class Host {
  readonly name: string;
  readonly netns: string;
  readonly folder: string;
  readonly #processes: Processes;
  readonly #running = new Map<string, ProcessId>();

  constructor(name: string, ground: Ground, processes: Processes) {
    this.name = name;
    this.netns = ground.netns(name);
    this.folder = ground.folderOf(name);
    this.#processes = processes;
  }

  /** Writes a file into the host's folder; its path. */
  file(name: string, text: string, mode = 0o644): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  /** Starts a program that stays; the lab ends it at the latest. */
  start(program: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    this.#running.set(program, this.#processes.start(`${this.name}-${program}`, this.netns, command, { ...env }));
  }

  isRunning(program: string): boolean {
    const id = this.#running.get(program);
    return id !== undefined && isRunning(id);
  }

  signal(program: string, name: NodeJS.Signals): void {
    const id = this.#running.get(program);
    if (id) signal(id, name);
  }

  /** Ends a program and waits until it is gone. */
  async end(program: string, how: NodeJS.Signals): Promise<void> {
    const id = this.#running.get(program);
    this.#running.delete(program);
    if (id) await this.#processes.end(`${this.name}-${program}`, id, how);
  }

  /** Everything a program wrote so far. */
  log(program: string): string {
    const path = this.#processes.logOf(`${this.name}-${program}`);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  lastWords(program: string): string {
    return this.#processes.lastWords(`${this.name}-${program}`);
  }

  /** Runs a program to its end in the host's namespace. @throws LabError when it fails */
  run(program: string, ...args: readonly string[]): Promise<string> {
    return run(program, args, { netns: this.netns });
  }

  /** The same, answering how it ended. */
  tryRun(program: string, ...args: readonly string[]): Promise<Ran> {
    return tryRun(program, args, { netns: this.netns });
  }
}
