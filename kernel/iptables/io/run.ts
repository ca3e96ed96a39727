import { spawn } from "node:child_process";
import { type Command, environment } from "./command.ts";

/** What became of a program that ran to its end. */
export interface Ran {
  /** Its exit status; undefined when it was not there, or ended by a signal. */
  readonly status: number | undefined;
  /** What it printed; undefined when that was more than was allowed. */
  readonly output: string | undefined;
  readonly complaint: string;
  /** There is no such program, or it cannot be started. */
  readonly isMissing: boolean;
}

const longestComplaint = 8192;

/** Runs a program without a shell, with this input. It is ended when it takes or prints too much. */
export function run(
  { file, args }: Command,
  input: string,
  withinMs: number,
  longestOutput = 256 << 20,
  started: (pid: number) => void = () => {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], env: environment });
    const parts: Buffer[] = [];
    let length = 0;
    let complaint = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
    child.stdout.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= longestOutput) parts.push(part);
      else child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (complaint.length < longestComplaint) complaint += text;
    });
    child.stdin.on("error", () => {});
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ status: undefined, output: "", complaint: error.message, isMissing: true });
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      const output = length <= longestOutput ? Buffer.concat(parts).toString("utf8") : undefined;
      resolve({ status: status ?? undefined, output, complaint, isMissing: false });
    });
    if (child.pid !== undefined) started(child.pid);
    child.stdin.end(input);
  });
}
