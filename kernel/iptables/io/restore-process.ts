import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { outcomeOf } from "../complaint.ts";
import type { Outcome } from "../port.ts";
import { type Command, environment } from "./command.ts";

/** How much of a program's last words is kept. */
const longestComplaint = 8192;
/** How much of its other output is kept: as much as surely has the last fence in it. */
const longestEcho = 256;

interface UnderWay {
  readonly fence: string;
  readonly settle: (outcome: "committed" | "failed") => void;
}

/**
 * One restore program that is kept running. Transactions go in at its input; behind each stands a comment, which the program (with
 * `--verbose`) repeats when it has come there: then the transaction has been committed. At the first error it says why and ends.
 */
export class RestoreProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #echo = "";
  #complaint = "";
  #fences = 0;
  #underWay: UnderWay | undefined;
  #ended = false;
  #started = true;

  constructor({ file, args }: Command) {
    this.#child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], env: environment });
    this.#child.stdout.setEncoding("latin1").on("data", (text: string) => this.#echoed(text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#complaint.length < longestComplaint) this.#complaint += text;
    });
    // A write to a program that has ended: its end is heard anyway.
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", () => {
      this.#started = false;
      this.#end();
    });
    this.#child.on("close", () => this.#end());
  }

  /** Its process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It takes no more transactions. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Whether there is such a program at all. */
  get hasStarted(): boolean {
    return this.#started;
  }

  /** Whether the program does as this needs: repeats a comment and goes on. Answers within the time. */
  async isSteady(withinMs: number): Promise<boolean> {
    return (await this.#send("", withinMs)) === "committed";
  }

  /** Gives it a transaction; one at a time. An answer that takes longer is given up, and the program with it. */
  async restore(text: string, withinMs: number): Promise<Outcome> {
    if (this.#ended) return { kind: "unknown", why: "the program had ended" };
    const result = await this.#send(text, withinMs);
    if (result === "committed") return { kind: "committed" };
    if (result === "late") return { kind: "unknown", why: `no answer within ${withinMs / 1000} s` };
    return outcomeOf(this.#complaint);
  }

  /** Ends it. */
  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
    this.#end();
  }

  #send(text: string, withinMs: number): Promise<"committed" | "ended" | "late"> {
    if (this.#ended) return Promise.resolve("ended");
    return new Promise((resolve) => {
      const fence = `# fence ${++this.#fences}\n`;
      const timer = setTimeout(() => {
        this.#underWay = undefined;
        this.close();
        resolve("late");
      }, withinMs);
      const settle = (outcome: "committed" | "failed"): void => {
        clearTimeout(timer);
        resolve(outcome === "failed" ? "ended" : "committed");
      };
      this.#underWay = { fence, settle };
      this.#child.stdin.write(text + fence);
    });
  }

  #echoed(text: string): void {
    this.#echo = (this.#echo + text).slice(-longestEcho);
    if (!this.#underWay || !this.#echo.includes(this.#underWay.fence)) return;
    this.#settle("committed");
  }

  #settle(outcome: "committed" | "failed"): void {
    const underWay = this.#underWay;
    this.#underWay = undefined;
    this.#echo = "";
    // What it said while it waited for the lock, and then got it, is no reason of what comes later.
    if (outcome !== "failed") this.#complaint = "";
    underWay?.settle(outcome);
  }

  #end(): void {
    this.#ended = true;
    this.#settle("failed");
  }
}
