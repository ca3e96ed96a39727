import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Cancel } from "../../../lib/clock.ts";

/**
 * How long after a write to look again, in milliseconds: SQLite writes the log first and publishes the commit in shared
 * memory after, which nobody is told of; a look in between sees nothing yet.
 */
const echoes = [2, 6, 15, 40, 100];

/**
 * Calls `wake` when another process may have written: on every event of the write-ahead log beside the file and shortly
 * after, and every `pollMs` in case an event got lost. Does not keep the process alive.
 */
export function wakeOnWrites(path: string, pollMs: number, wake: () => void): Cancel {
  const log = `${basename(path)}-wal`;
  const pending = new Map<number, NodeJS.Timeout>();
  let watcher: FSWatcher | undefined;
  const written = () => {
    wake();
    for (const delay of echoes) {
      clearTimeout(pending.get(delay));
      pending.set(delay, setTimeout(wake, delay).unref());
    }
  };
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === log) written();
    });
    // Out of inotify instances, or the folder is gone: polling goes on.
    watcher.on("error", () => watcher?.close());
  } catch {
    watcher = undefined;
  }
  const timer = setInterval(wake, pollMs);
  timer.unref();
  return () => {
    watcher?.close();
    clearInterval(timer);
    for (const echo of pending.values()) clearTimeout(echo);
  };
}
