import { spawn } from "node:child_process";
import { LabError } from "./error.ts";

/** How a program ended. `code` is -1 when it was ended by a signal. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program gets beside its arguments. */
export interface RunOptions {
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the network namespace to run in; absent means ours. */
  readonly netns?: string;
  readonly deadlineMs?: number;
}

/** The command line that runs a program in a namespace; `ip` execs it, so the pid is the program's. */
export function inNetns(netns: string | undefined, program: string, args: readonly string[]): readonly string[] {
  return netns === undefined ? [program, ...args] : ["ip", "netns", "exec", netns, program, ...args];
}

/**
 * Runs a program to its end, without a shell, and answers how it ended.
 * @throws LabError when it cannot be started or does not end in time (default 30 s).
 */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file, ...rest] = inNetns(options.netns, program, args);
  const what = [program, ...args].join(" ").slice(0, 200);
  return new Promise((resolve, reject) => {
    const child = spawn(file!, rest, { env: { ...process.env, ...options.env }, stdio: "pipe" });
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (out.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (out.stderr += chunk.toString()));
    child.stdin.on("error", () => {}); // a program that ends without reading its input is its own affair
    child.stdin.end(options.input ?? "");
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new LabError(what, `did not end in ${options.deadlineMs ?? 30_000} ms: ${out.stderr}`));
    }, options.deadlineMs ?? 30_000);
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new LabError(what, cause.message, { cause }));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, ...out });
    });
  });
}

/**
 * Runs a program that has to succeed and answers what it printed.
 * @throws LabError when it does not end with 0 in time.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await tryRun(program, args, options);
  if (ran.code === 0) return ran.stdout;
  const said = (ran.stderr || ran.stdout).trim();
  throw new LabError([program, ...args].join(" ").slice(0, 200), `ended with ${ran.code}: ${said}`);
}

/** Runs many lines of `ip` at once, in a namespace or in ours. */
export async function ipBatch(netns: string | undefined, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await run("ip", [...(netns === undefined ? [] : ["-n", netns]), "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Writes one value to files under /proc/sys of a namespace. */
export async function writeSysctls(netns: string, value: string, names: readonly string[]): Promise<void> {
  const files = names.map((name) => `/proc/sys/${name.replaceAll(".", "/")}`);
  await run("tee", files, { netns, input: value });
}
