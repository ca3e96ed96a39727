import { closeSync, constants, openSync } from "node:fs";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";

/**
 * Runs `body` with a descriptor of the network namespace at `path` (-1 when undefined: our own), and closes it again.
 * @throws KernelError `kernel/syscall` when the path cannot be opened
 */
export function withNetns<T>(path: string | undefined, body: (netns: number) => T): T {
  if (path === undefined) return body(-1);
  const netns = open(path);
  try {
    return body(netns);
  } finally {
    closeSync(netns);
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const known = errno[code as keyof typeof errno] ?? errno.EIO;
    throw syscallFailed(`open network namespace ${path}`, known);
  }
}
