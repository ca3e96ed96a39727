import { verbs } from "./report.ts";
import type { Shell } from "./shell.ts";
import { type WriteOptions, writeResources } from "./write.ts";

/** `manxctl apply -f FILE`: creates what is absent and replaces what is there. */
export function apply(shell: Shell, options: WriteOptions): Promise<void> {
  return writeResources(shell, options, verbs.apply, (client, resource) => client.apply(resource));
}
