import { closeSync, type FSWatcher, openSync, readSync, watch } from "node:fs";
import { join } from "node:path";
import type { Cancel } from "../../../lib/clock.ts";
import type { SecretFiles } from "../port.ts";
import { longestKey } from "../secret.ts";

/** How often everything is read again whatever the watches say: a folder may be mounted over another. */
const againMs = 10_000;

/** How long changes are gathered: a file that is being written is empty for a moment. */
const gatherMs = 100;

/** So much of a file is read that one too long is seen to be. */
const mostOctets = longestKey + 3;

/** Secrets in the files of a folder, as Kubernetes mounts them (`name/key` by way of `name/..data`, which is exchanged). */
export function secretFiles(folder: string): SecretFiles {
  return {
    nameOf: (path) => join(folder, path),
    read: (path) => readStart(join(folder, path)),
    watch: (names, hear) => watchAll([folder, ...[...names].map((name) => join(folder, name))], hear),
  };
}

function readStart(file: string): Uint8Array | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const octets = new Uint8Array(mostOctets);
    return octets.subarray(0, readSync(fd, octets));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Folders that are not there, or not any more, are watched once the folder around them has changed. */
function watchAll(folders: readonly string[], hear: () => void): Cancel {
  const watches = new Map<string, FSWatcher>();
  let isOver = false;
  let gathering: NodeJS.Timeout | undefined;
  const open = (folder: string): void => {
    try {
      const one = watch(folder, { persistent: false }, () => {
        gathering ??= setTimeout(heard, gatherMs).unref();
      });
      one.on("error", () => lose(folder));
      watches.set(folder, one);
    } catch {
      // It is not there: the interval, or the folder around it, will tell.
    }
  };
  const lose = (folder: string): void => {
    watches.get(folder)?.close();
    watches.delete(folder);
  };
  const heard = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    if (isOver) return;
    for (const folder of folders) {
      if (folder !== folders[0]) lose(folder); // it may be another folder of the same name by now
      if (!watches.has(folder)) open(folder);
    }
    hear();
  };
  for (const folder of folders) open(folder);
  const timer = setInterval(heard, againMs).unref();
  return () => {
    isOver = true;
    clearInterval(timer);
    clearTimeout(gathering);
    for (const folder of [...watches.keys()]) lose(folder);
  };
}
