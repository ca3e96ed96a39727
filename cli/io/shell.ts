import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { CliError } from "../error.ts";
import type { Shell } from "../shell.ts";
import { openInput } from "./open-input.ts";
import { askSocket } from "./socket.ts";

/** The version in package.json. */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return `v${version}`;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a call answers, or a CliError that says which path could not be read. */
function reading<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${reason(error)}`);
  }
}

/** The manifests of a folder, in order of their names. */
function manifests(folder: string, recursive: boolean): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((x, y) => (x.name < y.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return recursive ? manifests(path, true) : [];
    return /\.(ya?ml|json)$/.test(entry.name) ? [path] : [];
  });
}

const daemons = fileURLToPath(new URL("../../bin/manx", import.meta.url));

/** `bin/manx` of this very installation, on our terminal. */
async function runManx(words: readonly string[]): Promise<number> {
  const child = spawn(daemons, words, { stdio: "inherit" });
  try {
    const [status] = (await once(child, "close")) as [number | null];
    return status ?? 1;
  } catch (error) {
    throw new CliError(`cannot start ${daemons}: ${reason(error)}`);
  }
}

/** This process, its files, its stores and its agent. */
export const processShell: Shell = {
  environment: process.env,
  version: ownVersion(),
  clock: systemClock,
  random: systemRandom,
  read: (path) => {
    if (path === "-") return text(process.stdin);
    return Promise.resolve(reading(path, () => readFileSync(path, "utf8")));
  },
  open: openInput,
  readIfThere: (path) => {
    const there = statSync(path, { throwIfNoEntry: false }) !== undefined;
    return Promise.resolve(there ? reading(path, () => readFileSync(path, "utf8")) : undefined);
  },
  write: async (path, said) => {
    try {
      writeFileSync(path, said, { mode: 0o600 });
    } catch (error) {
      throw new CliError(`cannot write ${path}: ${reason(error)}`);
    }
  },
  files: (path, recursive) => {
    const found = reading(path, () => (statSync(path).isDirectory() ? manifests(path, recursive) : [path]));
    return Promise.resolve(found);
  },
  openStore: async (environment) => {
    const { openStore } = await import("../../datastore/io/open-store.ts");
    return openStore(environment, systemClock, systemRandom);
  },
  ask: askSocket,
  manx: runManx,
  print: (said) => void process.stdout.write(said),
  complain: (said) => void process.stderr.write(said),
};
