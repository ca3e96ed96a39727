import type { DrainAnswer } from "../agent/api/drain.ts";
import { seconds } from "../lib/unit.ts";
import { askAgent } from "./agent.ts";
import { CliError } from "./error.ts";
import { pause } from "./pause.ts";
import type { Shell } from "./shell.ts";

/** What `node drain` can be told. */
export interface DrainOptions {
  readonly wait?: string;
  readonly text?: string;
  readonly detach?: boolean;
}

/** Longest time for which routes may stay tagged, seconds. */
const longestWait = 3600;
/** How much of RFC 9003's text fits, octets. */
const textLimit = 255;

const plural = (count: number): string => (count === 1 ? "1 session" : `${count} sessions`);

/**
 * `manxctl node drain`: peers are told to turn to other ways (RFC 8326), and after a while the sessions end. Returns when they
 * have ended, or at once with `--detach`. @throws CliError
 */
export async function nodeDrain(shell: Shell, options: DrainOptions): Promise<void> {
  const wait = options.wait ?? "60";
  if (!/^[0-9]{1,4}$/.test(wait) || Number(wait) > longestWait) {
    throw new CliError(`--wait = '${wait}'; whole seconds from 0 to ${longestWait} would be right`);
  }
  const { text } = options;
  if (text !== undefined && new TextEncoder().encode(text).length > textLimit) {
    throw new CliError(`--text is longer than ${textLimit} octets`);
  }
  const request = { do: "node.drain", waitSeconds: Number(wait), ...(text !== undefined && { text }) } as const;
  let answer = await askAgent<DrainAnswer>(shell, request);
  if (answer.state === "draining") {
    const way = "`manxctl node resume` takes it back";
    shell.print(`Draining: ${plural(answer.sessions)} end in ${answer.secondsLeft} s; ${way}\n`);
  }
  while (answer.state === "draining" && !options.detach) {
    await pause(shell.clock, seconds(Math.max(1, Math.min(5, answer.secondsLeft))));
    answer = await askAgent<DrainAnswer>(shell, { do: "node.drain-state" });
  }
  if (answer.state === "serving") throw new CliError("the drain was taken back");
  if (answer.state === "drained") shell.print("Drained: all sessions have ended\n");
}

/** `manxctl node resume`: takes a drain back, or opens the sessions again. */
export async function nodeResume(shell: Shell): Promise<void> {
  const { state } = await askAgent<DrainAnswer>(shell, { do: "node.resume" });
  if (state !== "serving") throw new CliError(`the agent is ${state} all the same`);
  shell.print("Resumed: sessions are kept, or opened again\n");
}
