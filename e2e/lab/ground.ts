import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isRunning, killRecorded, type ProcessId } from "./processes.ts";
import { ipBatch, tryRun } from "./run.ts";

/** Where every lab of this machine keeps its files: one folder a lab, named by the pid of its owner. */
export const grounds = "/run/manx-lab";

/** Every namespace of a lab begins with this and the pid of its owner. */
const prefix = "manx-lab-";

/** The names and the folder of one lab, and its end. A lab belongs to the process that made it. */
export class Ground {
  readonly folder: string;
  readonly #id: string;

  /** Makes the ground of this process, after clearing what crashed labs left. */
  static async make(): Promise<Ground> {
    await clearLeftovers();
    return new Ground(process.pid);
  }

  constructor(pid: number) {
    this.#id = `${pid}-${nextNumber++}`;
    this.folder = join(grounds, this.#id);
    const unnamed = join(grounds, `.${this.#id}`);
    mkdirSync(unnamed, { recursive: true, mode: 0o755 });
    writeFileSync(join(unnamed, "owner"), JSON.stringify(identify(pid)));
    renameSync(unnamed, this.folder); // a folder of this name always says whose it is
  }

  /** The network namespace of a machine of this lab. */
  netns(machine: string): string {
    return `${prefix}${this.#id}-${machine}`;
  }

  /** Where that namespace is mounted. */
  netnsPath(machine: string): string {
    return `/run/netns/${this.netns(machine)}`;
  }

  /** A folder for a machine's files; made when it is not there. */
  folderOf(machine: string): string {
    const folder = join(this.folder, machine);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    return folder;
  }

  /** Ends every process of this lab, removes its namespaces and its files. */
  async clear(): Promise<void> {
    await clearLab(this.#id);
  }
}

let nextNumber = 0;

/** Removes what labs left whose owner no longer runs. */
export async function clearLeftovers(): Promise<void> {
  const ids = new Set((await namespaces()).map((name) => /^manx-lab-(\d+-\d+)-/.exec(name)?.[1] ?? ""));
  for (const id of folders()) ids.add(id);
  for (const id of ids) if (/^\d/.test(id) && !ownerRuns(id)) await clearLab(id);
}

async function clearLab(id: string): Promise<void> {
  const folder = join(grounds, id);
  await killRecorded(join(folder, "processes"));
  const own = (await namespaces()).filter((name) => name.startsWith(`${prefix}${id}-`));
  await ipBatch(
    undefined,
    own.map((name) => `netns delete ${name}`),
  );
  rmSync(folder, { recursive: true, force: true });
}

async function namespaces(): Promise<string[]> {
  const { stdout } = await tryRun("ip", ["netns", "list"]);
  return stdout.split("\n").map((line) => line.split(" ")[0]!);
}

function folders(): string[] {
  try {
    return readdirSync(grounds);
  } catch {
    return [];
  }
}

function ownerRuns(id: string): boolean {
  try {
    return isRunning(JSON.parse(readFileSync(join(grounds, id, "owner"), "utf8")) as ProcessId);
  } catch {
    return false;
  }
}
