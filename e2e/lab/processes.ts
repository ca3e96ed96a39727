import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inNetns } from "./run.ts";
import { waitFor } from "./wait.ts";

/** A process that cannot be mistaken for a later one with the same number: the kernel's start time goes with it. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly start: string;
}

/** The identity of a running process, or undefined when there is none with this number. A zombie does not run. */
export function identify(pid: number): ProcessId | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, start: fields[19]! };
  } catch {
    return undefined;
  }
}

/** Whether exactly this process still runs. */
export function isRunning(id: ProcessId): boolean {
  return identify(id.pid)?.start === id.start;
}

/** Sends a signal to exactly this process; nothing happens when it has ended. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // it ended between the look and the signal
  }
}

/** The processes of one lab, each recorded in a file, so that a later run can end what a crashed one left. */
export class Processes {
  readonly #folder: string;

  /** @param folder where records and logs are kept */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Starts a daemon in its own process group, output to a log, so that Ctrl-C reaches only the lab. */
  start(name: string, netns: string | undefined, command: readonly string[], env: Record<string, string>): ProcessId {
    const [file, ...args] = inNetns(netns, command[0]!, command.slice(1));
    const log = openSync(this.logOf(name), "a");
    const stdio: ["ignore", number, number] = ["ignore", log, log];
    const child = spawn(file!, args, { detached: true, stdio, env: { ...process.env, ...env } });
    closeSync(log);
    child.on("error", () => {}); // told by the missing process
    child.unref();
    const id = identify(child.pid ?? -1) ?? { pid: child.pid ?? -1, start: "never" };
    writeFileSync(join(this.#folder, `${name}.pid`), JSON.stringify(id));
    return id;
  }

  /** The file that a daemon's output goes to. */
  logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  /** What a daemon wrote last; for messages. */
  lastWords(name: string): string {
    try {
      return readFileSync(this.logOf(name), "utf8").slice(-1500).trim();
    } catch {
      return "";
    }
  }

  /** Ends a process by this signal, and by SIGKILL when it is still there after the deadline. */
  async end(name: string, id: ProcessId, how: NodeJS.Signals, deadlineMs = 10_000): Promise<void> {
    signal(id, how);
    const gone = async (): Promise<true | undefined> => (isRunning(id) ? undefined : true);
    try {
      await waitFor(`${name} ends`, deadlineMs, gone);
    } catch (cause) {
      signal(id, "SIGKILL");
      await waitFor(`${name} ends after SIGKILL`, 5000, gone);
      if (how !== "SIGKILL") throw cause;
    } finally {
      rmSync(join(this.#folder, `${name}.pid`), { force: true });
    }
  }
}

/** Kills everything that the records of a folder name, and waits until it is gone. */
export async function killRecorded(folder: string): Promise<void> {
  const ids = recorded(folder);
  for (const id of ids) signal(id, "SIGKILL");
  await waitFor("recorded processes end", 10_000, async () => (ids.some(isRunning) ? undefined : true));
}

function recorded(folder: string): ProcessId[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".pid"));
    return files.flatMap((name) => {
      const id = JSON.parse(readFileSync(join(folder, name), "utf8")) as ProcessId;
      return id.pid > 1 ? [id] : [];
    });
  } catch {
    return [];
  }
}
