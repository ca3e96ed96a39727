import { keyOf } from "../datastore/resource-client.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import { deleteWithDependants } from "./delete-cascade.ts";
import { CliError } from "./error.ts";
import { resourcesOf } from "./input.ts";
import { type NamespaceOptions, namedKeys } from "./named.ts";
import { summary, verbs } from "./report.ts";
import { withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { outcomeOf, type WriteOptions } from "./write.ts";

/** What `delete` can be told. */
export interface DeleteOptions extends WriteOptions, NamespaceOptions {
  readonly namespace?: string;
}

/** `manxctl delete KIND NAME…` or `delete -f FILE`: deletes objects, and of pools and nodes what hangs on them. */
export async function deleteResources(
  shell: Shell,
  word: string | undefined,
  names: readonly string[],
  options: DeleteOptions,
): Promise<void> {
  const keys = await keysOf(shell, word, names, options);
  if (keys.length === 0) return;
  await withStore(shell, options, async (session) => {
    const outcomes: (string | undefined)[] = [];
    for (const key of keys) outcomes.push(await outcomeOf(deleteWithDependants(shell, session, key), options));
    shell.print(summary(verbs.delete, keys, outcomes));
  });
}

async function keysOf(
  shell: Shell,
  word: string | undefined,
  names: readonly string[],
  options: DeleteOptions,
): Promise<readonly ResourceKey[]> {
  if (word === undefined) return (await resourcesOf(shell, options)).map(({ resource }) => keyOf(resource));
  if (names.length === 0) throw new CliError(`failed to execute command: the name of the ${word} to delete is wanted`);
  return namedKeys(word, names, options);
}
