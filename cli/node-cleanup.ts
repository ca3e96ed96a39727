import { CliError } from "./error.ts";
import type { Shell } from "./shell.ts";

/** What `node cleanup` can be told. */
export interface NodeCleanupOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/**
 * `manxctl node cleanup`: lists everything that an agent left in this machine's kernel, asks, and takes it away. What touches a
 * kernel is a verb of `bin/manx`, which speaks with the terminal itself. @throws CliError when something is left
 */
export async function nodeCleanup(shell: Shell, { yes, dryRun }: NodeCleanupOptions): Promise<void> {
  const words = ["cleanup", ...(yes ? ["--yes"] : []), ...(dryRun ? ["--dry-run"] : [])];
  const status = await shell.manx(words);
  if (status !== 0) throw new CliError("not everything was taken away");
}
