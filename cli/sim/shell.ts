import type { SocketRequest } from "../../agent/api/socket.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import type { Store } from "../../datastore/store.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { CliError, NobodyServes } from "../error.ts";
import { run } from "../program.ts";
import type { Environment, Shell } from "../shell.ts";

/** Every operator action a shell could be asked for, in memory: files, a store, an agent; time stands still. */
export class SimShell implements Shell {
  readonly environment: Environment = { MANX_RUN_DIR: "/run/lab/n1" };
  readonly version = "v0.0.0-sim";
  readonly clock = new SimClock(Date.UTC(2026, 10, 21, 1, 2, 3));
  readonly random = seededRandom(1);
  /** Words that `bin/manx` was run with, and what it ends with. */
  readonly ran: (readonly string[])[] = [];
  status = 0;
  readonly server = new SimServer(this.clock);
  /** Path → text; `-` is standard input. */
  readonly contents = new Map<string, string>();
  /** Path → octets of what is no text. */
  readonly binaries = new Map<string, Uint8Array>();
  /** What the agent was asked, in order. */
  readonly asked: { readonly socket: string; readonly request: SocketRequest }[] = [];
  /** What the agent answers; undefined means that nobody listens. */
  answer: ((request: SocketRequest) => unknown) | undefined;
  /** With what environment the store was opened last. */
  opened: Environment | undefined;
  output = "";
  errors = "";

  read(path: string): Promise<string> {
    const text = this.contents.get(path);
    return text === undefined
      ? Promise.reject(new CliError(`cannot read ${path}: no such file`))
      : Promise.resolve(text);
  }

  async *open(path: string): AsyncGenerator<Uint8Array> {
    const octets = this.binaries.get(path) ?? new TextEncoder().encode(await this.read(path));
    for (let at = 0; at < octets.length; at += 7919) yield octets.subarray(at, at + 7919);
  }

  readIfThere(path: string): Promise<string | undefined> {
    return Promise.resolve(this.contents.get(path));
  }

  write(path: string, text: string): Promise<void> {
    this.contents.set(path, text);
    return Promise.resolve();
  }

  files(path: string, recursive: boolean): Promise<readonly string[]> {
    if (this.contents.has(path)) return Promise.resolve([path]);
    const inside = [...this.contents.keys()].filter((each) => each.startsWith(`${path}/`)).sort();
    return Promise.resolve(inside.filter((each) => recursive || !each.slice(path.length + 1).includes("/")));
  }

  openStore(environment: Environment): Promise<Store> {
    this.opened = environment;
    return Promise.resolve(this.store());
  }

  ask(socket: string, request: SocketRequest): Promise<unknown> {
    this.asked.push({ socket, request });
    if (!this.answer) return Promise.reject(new NobodyServes("Calico process is not running."));
    return Promise.resolve(this.answer(request));
  }

  manx(words: readonly string[]): Promise<number> {
    this.ran.push(words);
    return Promise.resolve(this.status);
  }

  print(text: string): void {
    this.output += text;
  }

  complain(text: string): void {
    this.errors += text;
  }

  /** A client of the store that the commands write to. */
  store(): Store {
    return new SimStore(this.server, this.clock);
  }

  /** Runs one command line, words separated by spaces, and answers its code and what it said. */
  async run(line: string): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
    this.output = "";
    this.errors = "";
    // The program calls print and complain without their object.
    const bound: Shell = {
      environment: this.environment,
      version: this.version,
      clock: this.clock,
      random: this.random,
      read: (path) => this.read(path),
      open: (path) => this.open(path),
      readIfThere: (path) => this.readIfThere(path),
      write: (path, text) => this.write(path, text),
      files: (path, recursive) => this.files(path, recursive),
      openStore: (environment) => this.openStore(environment),
      ask: (socket, request) => this.ask(socket, request),
      manx: (words) => this.manx(words),
      print: (text) => this.print(text),
      complain: (text) => this.complain(text),
    };
    const code = await run(
      bound,
      line.split(" ").filter((word) => word !== ""),
    );
    return { code, output: this.output, errors: this.errors };
  }
}
