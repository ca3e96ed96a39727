import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const program = new URL("../testdata/flow-watch.py", import.meta.url).pathname;

/** Of each port, and of the one connection (`stream`): how many packets were sent, and how many came. */
export type Watched = Readonly<Record<string, readonly [sent: number, received: number]>>;

/** What is sent from where to where: each round one packet to each port and one on the connection. */
export interface WatchedFlow {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  /** Rounds a second. */
  readonly rate: number;
  readonly ports: readonly number[];
}

/** UDP between two namespaces without pause, every packet the first of its connection, until `stop`. */
export class FlowWatch {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor({ from, to, address, rate, ports }: WatchedFlow) {
    const args = [program, from, to, address, String(rate), ...ports.map(String)];
    this.#child = spawn("python3", args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Resolves once packets are being sent. @throws Error when the watcher dies */
  async started(): Promise<void> {
    await this.#line();
  }

  /** Stops sending and answers what came. @throws Error when the watcher dies */
  async stop(): Promise<Watched> {
    this.#child.stdin!.end();
    return JSON.parse(await this.#line()) as Watched;
  }

  /** Ends it, whatever it does. */
  close(): void {
    this.#child.kill("SIGKILL");
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the watcher of flows ended");
    return value;
  }
}
