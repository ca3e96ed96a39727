import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { LabError } from "./error.ts";
import { run } from "./run.ts";

const root = new URL("../..", import.meta.url).pathname;
const program = `${root}.cache/prober`;
const text = `${root}e2e/lab/prober/prober.c`;

/** One direction: a number, the space that it leaves from, and the address that it goes to. */
export interface Flow {
  readonly id: number;
  readonly space: string;
  readonly address: string;
}

/** What one try on a flow showed; the sources are what the far end saw, empty when nothing arrived. */
export interface Tried {
  readonly ping: boolean;
  readonly pingSource: string;
  readonly tcp: boolean;
  readonly tcpSource: string;
}

/** What a stream on a flow showed. `errors` counts packets that our own kernel refused to send; they are lost, too. */
export interface Streamed {
  readonly sent: number;
  readonly lost: number;
  readonly longestGapMs: number;
  readonly errors: number;
}

/** The process that sends and hears for all namespaces (`prober/prober.c`); one command at a time. */
export class Prober {
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();
  #lines: string[] = [];
  #settle: { resolve(lines: string[]): void; reject(error: Error): void } | undefined;

  /** Compiles the prober when its source is newer, and starts it. */
  static async start(): Promise<Prober> {
    await compile();
    return new Prober();
  }

  constructor() {
    this.#child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin!.on("error", () => {}); // told by the end of the process
    this.#child.on("close", () => this.#settle?.reject(new LabError("prober", "ended")));
    createInterface(this.#child.stdout!).on("line", (line) => this.#hear(line));
  }

  /** Opens sockets in a namespace. They keep it alive: leave it before it is deleted. */
  async enter(space: string, path: string): Promise<void> {
    await this.#ask(`space ${space} ${path}`);
  }

  async leave(space: string): Promise<void> {
    await this.#ask(`leave ${space}`);
  }

  /** Tries every flow once by ping and by TCP; what has not answered in time did not pass. */
  async once(flows: readonly Flow[], deadlineMs: number): Promise<ReadonlyMap<number, Tried>> {
    await this.#define("try", flows);
    const lines = await this.#ask(`once ${deadlineMs}`);
    return new Map(
      lines.map((line) => {
        const [, id, , ping, pingSource, , tcp, tcpSource] = line.split(" ");
        const seen = (source: string | undefined): string => (source === "-" ? "" : source!);
        const tried = {
          ping: ping === "1",
          pingSource: seen(pingSource),
          tcp: tcp === "1",
          tcpSource: seen(tcpSource),
        };
        return [Number(id), tried];
      }),
    );
  }

  /** Begins to ping on every flow, one packet in each interval; `once` may be asked meanwhile. */
  async stream(flows: readonly Flow[], everyMs: number): Promise<void> {
    await this.#define("stream", flows);
    await this.#ask(`stream ${everyMs * 1000}`);
  }

  /** Ends the stream and answers what it showed, when all has come back or the deadline is over. */
  async halt(deadlineMs: number): Promise<ReadonlyMap<number, Streamed>> {
    const lines = await this.#ask(`halt ${deadlineMs}`);
    return new Map(
      lines.map((line) => {
        const [id, sent, got, gapUs, errors] = line.split(" ").slice(1).map(Number);
        return [id!, { sent: sent!, lost: sent! - got!, longestGapMs: Math.round(gapUs! / 1000), errors: errors! }];
      }),
    );
  }

  stop(): void {
    this.#child.stdin!.end();
    this.#child.kill("SIGKILL");
  }

  async #define(set: "try" | "stream", flows: readonly Flow[]): Promise<void> {
    await this.#ask(`clear ${set}`);
    for (const { id, space, address } of flows) await this.#ask(`flow ${set} ${id} ${space} ${address}`);
  }

  #ask(command: string): Promise<string[]> {
    const answer = this.#turn.then(
      () =>
        new Promise<string[]>((resolve, reject) => {
          this.#settle = { resolve, reject: (error) => reject(new LabError(command, error.message)) };
          this.#child.stdin!.write(`${command}\n`);
        }),
    );
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #hear(line: string): void {
    if (line !== "done" && !line.startsWith("error ")) {
      this.#lines.push(line);
      return;
    }
    const [lines, settle] = [this.#lines, this.#settle];
    this.#lines = [];
    this.#settle = undefined;
    if (line === "done") settle?.resolve(lines);
    else settle?.reject(new Error(line.slice("error ".length)));
  }
}

async function compile(): Promise<void> {
  const made = statSync(program, { throwIfNoEntry: false });
  if (made && made.mtimeMs > statSync(text).mtimeMs) return;
  mkdirSync(`${root}.cache`, { recursive: true });
  const partial = `${program}.${process.pid}`;
  await run("cc", ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", partial, text]);
  await run("mv", [partial, program]);
}
