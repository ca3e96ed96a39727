import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Cancel } from "../../../lib/clock.ts";

/**
 * Calls `wake` when another process may have written: on every event of the write-ahead log beside the file, and every
 * `pollMs` in case an event got lost. Does not keep the process alive.
 */
export function wakeOnWrites(path: string, pollMs: number, wake: () => void): Cancel {
  const log = `${basename(path)}-wal`;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === log) wake();
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
  };
}
