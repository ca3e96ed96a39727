import { verbs } from "./report.ts";
import type { Shell } from "./shell.ts";
import { type WriteOptions, writeResources } from "./write.ts";

/** `manxctl create -f FILE`: creates objects; what is there already is an error unless `--skip-exists`. */
export function create(shell: Shell, options: WriteOptions): Promise<void> {
  return writeResources(shell, options, verbs.create, (client, resource) => client.create(resource));
}
